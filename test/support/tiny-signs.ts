import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createRandom } from '../../tools/train/random.js';

export interface TinySign {
  classId: number;
  track: number;
  frame: number;
}

/** Signs of some classes, a few tracks each, three frames a track. */
export const tinySigns = (classIds: readonly number[], tracks: number): TinySign[] =>
  classIds.flatMap((classId) =>
    Array.from({ length: tracks * 3 }, (_, i) => ({
      classId,
      track: Math.floor(i / 3),
      frame: i % 3,
    })),
  );

/** 32x32 rgb: each class a colour and a place of its own, with a little noise. */
export function tinySignPixels({ classId, track, frame }: TinySign): Uint8Array {
  const random = createRandom(classId * 1000 + track * 10 + frame);
  return Uint8Array.from({ length: 32 * 32 * 3 }, (_, at) => {
    const row = Math.floor(at / 96);
    const isBand = Math.floor(row / 6) === classId % 5;
    return (at % 3 === classId % 3 ? 190 : isBand ? 120 : 30) + random.below(40);
  });
}

/** Writes a split of packed signs, as openGtsrbPacked reads it, into `dir`. */
export function writeTinySigns(dir: string, split: string, signs: readonly TinySign[]): void {
  mkdirSync(dir, { recursive: true });
  const pixels = signs.map((sign) => Buffer.from(tinySignPixels(sign)));
  const pad = (value: number): string => String(value).padStart(5, '0');
  const rows = signs.map(
    ({ classId, track, frame }, row) =>
      `${row},${classId},${pad(classId)}/${pad(track)}_${pad(frame)}.ppm`,
  );
  writeFileSync(join(dir, `${split}.images.u8.gz`), gzipSync(Buffer.concat(pixels)));
  writeFileSync(
    join(dir, `${split}.labels.u8`),
    Uint8Array.from(signs, ({ classId }) => classId),
  );
  writeFileSync(join(dir, `${split}.index.csv`), `row,class,source\n${rows.join('\n')}\n`);
}
