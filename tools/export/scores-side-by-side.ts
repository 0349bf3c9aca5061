import type { Manifest } from '../../src/bundle/manifest.js';
import { readBundleFolder } from '../../src/inference/read-bundle-folder.js';

/** Scores of the bundle in a folder; undefined if there is none that can be read. */
export async function scoresAt(dir: string): Promise<Manifest['scores'] | undefined> {
  try {
    return (await readBundleFolder(dir)).manifest.scores;
  } catch {
    return undefined;
  }
}

/** One line per data set and metric: the score of the replaced bundle, and that of the new one. */
export function scoresSideBySide(
  older: Manifest['scores'] | undefined,
  newer: Manifest['scores'],
): string[] {
  if (older === undefined) return [];
  const lines: string[] = [];
  for (const data of new Set([...Object.keys(older), ...Object.keys(newer)]))
    for (const metric of metricsOf(older[data], newer[data])) {
      const [was, is] = [older[data]?.[metric], newer[data]?.[metric]].map(shown);
      lines.push(`${data}, ${metric}: ${was} in the bundle that is replaced, ${is} in the new one`);
    }
  return lines;
}

const metricsOf = (...scores: (Readonly<Record<string, number>> | undefined)[]) =>
  new Set(scores.flatMap((score) => Object.keys(score ?? {})));

const shown = (value: number | undefined) =>
  value === undefined ? 'not measured' : String(Number(value.toPrecision(4)));
