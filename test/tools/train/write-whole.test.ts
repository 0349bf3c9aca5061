import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeWhole } from '../../../tools/train/write-whole.js';

let dir: string;
describe('a file that is written whole or not at all', () => {
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'windshield-whole-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('holds all parts, and nothing is left beside it', () => {
    const path = join(dir, 'file');
    writeWhole(path, [Buffer.from('one '), new Uint8Array(0), Buffer.from('two')]);
    expect(readFileSync(path, 'utf8')).toBe('one two');
    expect(readdirSync(dir)).toEqual(['file']);
  });

  // Linux has a device that is always full.
  it.skipIf(!existsSync('/dev/full'))('stays as it was when the disk is full', () => {
    const path = join(dir, 'file');
    writeFileSync(path, 'the last complete one');
    symlinkSync('/dev/full', `${path}.partial`);
    let found: unknown;
    try {
      writeWhole(path, [Buffer.alloc(100_000)]);
    } catch (error) {
      found = error;
    }
    expect(found).toMatchObject({
      code: 'ERR_OUTPUT',
      message: expect.stringMatching(/file: expected room.*found ENOSPC/),
    });
    expect(readFileSync(path, 'utf8')).toBe('the last complete one');
    expect(readdirSync(dir)).toEqual(['file']);
  });

  it('names a folder that is not there', () => {
    expect(() => writeWhole(join(dir, 'no', 'file'), [])).toThrow(/found ENOENT/);
  });
});
