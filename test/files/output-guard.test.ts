import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { guardOutputs, type OutputKind } from '../../src/files/output-guard.js';

const mcap = Buffer.from('\x89MCAP0\r\nrest', 'latin1');
let dir: string;
const at = (name: string) => join(dir, name);
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'windshield-guard-'));
  writeFileSync(at('drive.mcap'), mcap);
  writeFileSync(at('other.mcap'), mcap);
  writeFileSync(at('notes.txt'), 'what I saw on the road');
  writeFileSync(at('empty'), '');
  symlinkSync(at('drive.mcap'), at('link.mcap'));
  linkSync(at('drive.mcap'), at('hard.mcap'));
  mkdirSync(at('pictures'));
  writeFileSync(at('pictures/1.jpg'), Buffer.from([0xff, 0xd8, 0xff]));
  linkSync(at('pictures/1.jpg'), at('hard.jpg'));
  symlinkSync(at('pictures'), at('linked'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const guard = (kind: OutputKind, path: string, input = 'drive.mcap') =>
  guardOutputs(
    [{ option: '--out', path: at(path), kind }],
    [{ role: 'the drive', path: at(input) }],
  );

describe('an output', () => {
  test.each(['drive.mcap', 'link.mcap', 'hard.mcap', 'pictures/../drive.mcap'])(
    'is not what the command reads, under any name: %s',
    (path) => {
      expect(() => guard('recording', path)).toThrow(
        /^--out: expected a place of its own, found the drive itself: /,
      );
    },
  );

  test.each(['pictures/1.jpg', 'linked/1.jpg', 'hard.jpg'])(
    'is no file of a folder that it reads: %s',
    (path) => {
      expect(() => guard('jpeg', path, 'pictures')).toThrow(/found a file of the drive/);
    },
  );

  test('may be a new file in that folder', () => {
    guard('jpeg', 'pictures/2.jpg', 'pictures');
  });

  test.each(['png', 'jpeg', 'html', 'json', 'film'] as const)(
    'of kind %s replaces nothing of another',
    (kind) => {
      expect(() => guard(kind, 'other.mcap')).toThrow(/to replace, found a file of another kind: /);
      expect(() => guard(kind, 'notes.txt')).toThrow(/found a file of another kind/);
      expect(() => guard(kind, 'pictures')).toThrow(/found a folder/);
      guard(kind, 'empty');
      guard(kind, 'not-there');
    },
  );

  test('replaces an older one of its kind', () => {
    guard('recording', 'other.mcap');
  });

  test.each(['/dev/null', '/dev/full'])('is no device: %s', (path) => {
    expect(() => guardOutputs([{ option: '--html', path, kind: 'html' }], [])).toThrow(
      /no plain file/,
    );
  });

  test.each([
    ['new.html', 'linked/../pictures/../new.html'],
    ['other.mcap', 'other.mcap'],
  ])('is not the place of another output: %s and %s', (one, two) => {
    const outputs = [one, two].map((path, index) => ({
      option: ['--out', '--html'][index]!,
      path: at(path),
      kind: 'recording' as const,
    }));
    expect(() => guardOutputs(outputs, [])).toThrow(
      /--html: expected a place of its own, found that of --out/,
    );
  });

  test('that is a folder does not hold what is read, nor is it that', () => {
    expect(() => guard('folder', 'pictures', 'pictures')).toThrow(/found the drive itself/);
    expect(() => guard('folder', '.', 'pictures')).toThrow(/one that the drive lies in/);
    guard('folder', 'pictures/run', 'pictures');
  });

  test('minds no source that is none of the files', () => {
    guardOutputs(
      [{ option: '--out', path: at('new'), kind: 'recording' }],
      [{ role: 'the source', path: 'camera:/dev/video0' }],
    );
  });
});
