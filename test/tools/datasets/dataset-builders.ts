import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from 'vitest';
import { encodeJpeg, encodePng } from '../../../src/codec/image-codec.js';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Writes a folder of files, gone after the test. Keys are paths inside it. */
export function writeFolder(files: Record<string, string | Uint8Array>): string {
  const folder = mkdtempSync(join(tmpdir(), 'windshield-dataset-'));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  return folder;
}

/** A grey picture of that size, as JPEG. */
export function jpegOf(widthPx: number, heightPx: number): Promise<Uint8Array> {
  return encodeJpeg(
    { widthPx, heightPx, data: new Uint8Array(widthPx * heightPx * 3).fill(90) },
    80,
  );
}

/** A picture whose three channels are these values, as PNG: a label map. */
export function labelPng(widthPx: number, heightPx: number, values: number[]): Promise<Uint8Array> {
  const data = Uint8Array.from(values.flatMap((value) => [value, value, value]));
  return encodePng({ widthPx, heightPx, data });
}

/** Awaits a rejection and gives its code and message. */
export async function rejection(
  work: Promise<unknown>,
): Promise<{ code: string; message: string }> {
  try {
    await work;
  } catch (error) {
    return { code: (error as { code: string }).code, message: (error as Error).message };
  }
  throw new Error('expected a rejection, found a result');
}
