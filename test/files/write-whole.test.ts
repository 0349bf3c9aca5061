import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PartialFile } from '../../src/files/partial-file.js';
import { writeFolder } from '../../src/files/write-folder.js';
import { writeWhole } from '../../src/files/write-whole.js';
import { repoDir } from '../support/command-line.js';

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'windshield-whole-'));
  path = join(dir, 'file');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const script = (body: string) =>
  `import { PartialFile } from '${repoDir}dist/src/files/partial-file.js';
   import { writeWhole } from '${repoDir}dist/src/files/write-whole.js';
   import { writeFolder } from '${repoDir}dist/src/files/write-folder.js';
   const path = ${JSON.stringify(path)};
   ${body}`;
const nodeArguments = (body: string) => ['--input-type=module', '-e', script(body)];

/** A process that has `<path>.partial` open, with some bytes in it. */
async function startWriter() {
  const body = `const file = PartialFile.create(path);
    file.appendSync(new Uint8Array(100));
    console.log('open');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, nodeArguments(body), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

describe('a file that is written whole or not at all', () => {
  test('holds all parts, and nothing is left beside it', () => {
    writeWhole(path, 'one ', new Uint8Array(0), Buffer.from('two'));
    expect(readFileSync(path, 'utf8')).toBe('one two');
    expect(readdirSync(dir)).toEqual(['file']);
  });

  test('stays as it was when there is no more room', () => {
    writeFileSync(path, 'the last complete one');
    const body = `try { writeWhole(path, new Uint8Array(100_000)); } catch (error) { console.log(error.code, error.message); }`;
    // A bound on the size of a file is the full disk that every user can make.
    const words = ['-c', 'ulimit -f 32; exec "$0" "$@"', process.execPath, ...nodeArguments(body)];
    const said = execFileSync('/bin/sh', words, { encoding: 'utf8' });
    expect(said).toMatch(/^ERR_OUTPUT cannot write .*file: expected room.*EFBIG/);
    expect(readFileSync(path, 'utf8')).toBe('the last complete one');
    expect(readdirSync(dir)).toEqual(['file']);
  });

  test('names a folder that is not there, and refuses what is no plain file', () => {
    expect(() => writeWhole(join(dir, 'no', 'file'), '')).toThrow(/ENOENT/);
    expect(() => writeWhole(dir, '')).toThrow(/expected a file, found a folder/);
    expect(() => writeWhole('/dev/null', '')).toThrow(/found a device/);
    expect(readdirSync(dir)).toEqual([]);
  });

  test('is refused to the second writer while the first is at it', async () => {
    const writer = await startWriter();
    const started = once(writer, 'exit');
    expect(() => writeWhole(path, 'mine')).toThrow(
      `expected to be the only one that writes it, found process ${writer.pid} writing ${path}.partial`,
    );
    expect(readFileSync(`${path}.partial`)).toHaveLength(100);
    writer.kill('SIGKILL');
    await started;
    writeWhole(path, 'mine');
    expect(readFileSync(path, 'utf8')).toBe('mine');
    expect(readdirSync(dir)).toEqual(['file']);
  });

  test('never takes the place of one that another process put there meanwhile', async () => {
    const file = PartialFile.create(path);
    rmSync(file.partial);
    writeFileSync(file.partial, 'of somebody else');
    await expect(file.close()).rejects.toMatchObject({ code: 'ERR_OUTPUT' });
    expect(readFileSync(file.partial, 'utf8')).toBe('of somebody else');
    expect(readdirSync(dir)).toEqual(['file.partial']);
  });

  test('is gone when it cannot be closed, unless it is kept', async () => {
    const closeOverFolder = async (isKept: boolean) => {
      const file = PartialFile.create(path, { isKept });
      file.appendSync(new Uint8Array(100));
      mkdirSync(path);
      await expect(file.close()).rejects.toMatchObject({ code: 'ERR_OUTPUT' });
      rmSync(path, { recursive: true });
    };
    await closeOverFolder(false);
    expect(readdirSync(dir)).toEqual([]);
    await closeOverFolder(true);
    expect(readFileSync(`${path}.partial`)).toHaveLength(100);
  });

  test('is gone when the process exits in the middle, unless it is kept', () => {
    const exits = (options: string) =>
      execFileSync(
        process.execPath,
        nodeArguments(`PartialFile.create(path, ${options}); process.exit();`),
      );
    exits('{}');
    expect(readdirSync(dir)).toEqual([]);
    exits('{ isKept: true }');
    expect(readdirSync(dir)).toEqual(['file.partial']);
  });
});

describe('a folder that is written whole or not at all', () => {
  const files = { 'a.json': '{}', 'b.bin': new Uint8Array([1, 2]) };

  test('replaces another only when it is told to, and then wholly', () => {
    writeFolder(path, files, { replace: false });
    expect(() => writeFolder(path, { 'c.txt': '' }, { replace: false })).toThrow(
      /expected no file or folder yet, found a folder/,
    );
    expect(readdirSync(path).sort()).toEqual(['a.json', 'b.bin']);
    writeFolder(`${path}/`, { 'c.txt': '' }, { replace: true });
    expect(readdirSync(path)).toEqual(['c.txt']);
    expect(readdirSync(dir)).toEqual(['file']);
  });

  test('leaves the old one when there is no more room', () => {
    writeFolder(path, files, { replace: false });
    const body = `try { writeFolder(path, { a: 'x', b: new Uint8Array(100_000) }, { replace: true }); } catch (error) { console.log(error.code); }`;
    const words = ['-c', 'ulimit -f 32; exec "$0" "$@"', process.execPath, ...nodeArguments(body)];
    expect(execFileSync('/bin/sh', words, { encoding: 'utf8' })).toBe('ERR_OUTPUT\n');
    expect(readdirSync(path).sort()).toEqual(['a.json', 'b.bin']);
    expect(readdirSync(dir)).toEqual(['file']);
  });

  test('brings back the old one that a killed process had put aside', () => {
    writeFolder(`${path}.replaced`, files, { replace: false });
    expect(() => writeFolder(path, { c: '' }, { replace: false })).toThrow(/found a folder/);
    expect(readdirSync(path).sort()).toEqual(['a.json', 'b.bin']);
  });
});
