import type { LabelledTask } from '../../src/bundle/manifest.js';
import { datasetError } from './dataset-files.js';
import type { Dataset, SampleOf } from './sample.js';

export type Split = 'train' | 'val' | 'all';
/** Share that selectSplit holds out if a set's makers have not split it. */
export const heldOutShare = 0.2;

/**
 * The only rule for which samples are for training and which are held out; training and evaluation both call it.
 * `val` is the part that the data set's `holdOut` holds out, `train` the rest, `all` everything (for data that no
 * training saw). Groups are never split. Throws ERR_DATASET if the wanted part is empty, so that nobody trains on a part
 * that its makers keep for validation.
 */
export function selectSplit<T extends LabelledTask>(dataset: Dataset<T>, split: Split): Dataset<T> {
  if (split === 'all') return dataset;
  const isHeldOut = heldOutRule(dataset);
  const samples = dataset.samples.filter((sample) => isHeldOut(sample) === (split === 'val'));
  if (samples.length === 0) {
    throw datasetError(
      `expected samples of the ${split} part, found none: ${dataset.name} is parted by ${dataset.holdOut ?? 'hashed-fifth'}`,
    );
  }
  const name = dataset.holdOut?.startsWith('official') ? dataset.name : `${dataset.name} ${split}`;
  return { ...dataset, name, samples };
}

/**
 * Splits a data set by groups, for early stopping inside a training part: about `share` (0..1) of the groups,
 * chosen by `seed`, go to `heldOut`. The same names and seed give the same parts in any order.
 */
export function splitByGroup<T extends LabelledTask>(
  dataset: Dataset<T>,
  share: number,
  seed: number,
): { kept: Dataset<T>; heldOut: Dataset<T> } {
  const groups = [...new Set(dataset.samples.map((sample) => sample.group))];
  const ranked = groups
    .map((group) => ({ group, rank: hashToUnit(`${seed}:${group}`) }))
    .sort((a, b) => a.rank - b.rank || (a.group < b.group ? -1 : 1));
  const chosen = new Set(
    ranked.slice(0, Math.round(groups.length * share)).map(({ group }) => group),
  );
  const part = (isHeldOut: boolean): Dataset<T> => ({
    ...dataset,
    samples: dataset.samples.filter((sample) => chosen.has(sample.group) === isHeldOut),
  });
  return { kept: part(false), heldOut: part(true) };
}

/** Whether a name is in the held-out fifth: its hash is below 0.2. Depends on the name alone. */
export function heldOutFifth(name: string): boolean {
  return hashToUnit(name) < heldOutShare;
}

function heldOutRule<T extends LabelledTask>(
  dataset: Dataset<T>,
): (sample: SampleOf[T]) => boolean {
  switch (dataset.holdOut) {
    case 'official-train':
      return () => false;
    case 'official-val':
      return () => true;
    case 'last-fifth': {
      const groups = [...new Set(dataset.samples.map((sample) => sample.group))];
      const last = new Set(groups.slice(groups.length - Math.ceil(groups.length * heldOutShare)));
      return (sample) => last.has(sample.group);
    }
    default:
      return (sample) => heldOutFifth(sample.group);
  }
}

/** Hashes a string to [0, 1): FNV-1a over its UTF-16 units, then murmur3's finaliser, as FNV's high bits mix too little. */
export function hashToUnit(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
