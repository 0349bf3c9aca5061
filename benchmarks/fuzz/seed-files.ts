import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeJpeg, encodePng } from '../../src/codec/image-codec.js';

/** The repository's folder, from dist and from source. */
export const repoDir = fileURLToPath(
  new URL(import.meta.url.includes('/dist/benchmarks/') ? '../../..' : '../..', import.meta.url),
);
const casesDir = join(repoDir, 'test/cases');

/** Contents of the case files whose path matches `folder` and ends in `ending`. */
export async function caseFiles(folder: RegExp, ending: string): Promise<Uint8Array[]> {
  const names = (await readdir(casesDir, { recursive: true })).sort();
  const wanted = names.filter((name) => folder.test(name) && name.endsWith(ending));
  return Promise.all(wanted.map((name) => readFile(join(casesDir, name))));
}

export const fileOf = (...path: string[]) => readFile(join(repoDir, ...path));

/** A picture of many colours. */
export function smallPicture(widthPx = 48, heightPx = 32) {
  const data = new Uint8Array(widthPx * heightPx * 3).map((_, i) => (i * 7 + (i >> 5) * 13) & 0xff);
  return { widthPx, heightPx, data };
}
export const smallJpeg = () => encodeJpeg(smallPicture(), 80);
export const smallPng = () => encodePng(smallPicture());
export const text = (content: string) => new TextEncoder().encode(content);
