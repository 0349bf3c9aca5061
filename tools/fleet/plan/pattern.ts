/** A parsed path pattern: `*` and `?` match within a name, `**` matches any folders. */
export interface PathPattern {
  /** The part before the first name with a wildcard, including its `/`. */
  base: string;
  matches(path: string): boolean;
}

/** Undefined for a path without wildcards. */
export function parsePattern(path: string): PathPattern | undefined {
  const wild = path.search(/[*?]/);
  if (wild < 0) return undefined;
  const base = path.slice(0, path.lastIndexOf('/', wild) + 1);
  const source = path
    .slice(base.length)
    .replaceAll(/\*\*\/|\*\*|\*|\?|[.+^${}()|[\]\\]/g, (part) => parts[part] ?? `\\${part}`);
  const expression = new RegExp(`^${source}$`);
  return {
    base,
    matches: (candidate) =>
      candidate.startsWith(base) && expression.test(candidate.slice(base.length)),
  };
}

const parts: Readonly<Record<string, string>> = {
  '**/': '(?:[^/]+/)*',
  '**': '.*',
  '*': '[^/]*',
  '?': '[^/]',
};
