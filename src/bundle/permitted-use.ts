/**
 * What a network's training data permits: `any` use; `research` only, because a licence forbids commercial use or no
 * licence was ever written; `unknown` if nobody stated one.
 */
export const permittedUses = ['any', 'research', 'unknown'] as const;
export type PermittedUse = (typeof permittedUses)[number];

/** Licences that permit any use, as our readers and users spell them. CC BY-NC and -SA are not among them. */
const anyUse = /^(CC0|CC BY( \d|$|\s\()|MIT|BSD|Apache|rendered by windshield)/i;
const nobodyKnows = /^(unknown|as the recording)?$/i;

/** What all of a network's data sets together permit: the strictest of their uses. */
export function permittedUse(data: readonly { readonly licence: string }[]): PermittedUse {
  const licences = data.map(({ licence }) => licence.trim());
  const restricted = licences.filter((licence) => !anyUse.test(licence));
  if (licences.length > 0 && restricted.length === 0) return 'any';
  return restricted.some((licence) => !nobodyKnows.test(licence)) ? 'research' : 'unknown';
}
