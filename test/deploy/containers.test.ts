import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repoDir } from '../support/command-line.js';

const read = (path: string) => readFileSync(join(repoDir, path), 'utf8');
const container = read('deploy/jetson/Containerfile');

test("the Jetson's image is built on an L4T for which ONNX Runtime is built", () => {
  const [, l4t] = /^ARG L4T=(\S+)$/m.exec(container)!;
  expect(container).toContain('FROM nvcr.io/nvidia/l4t-jetpack:r${' + 'L4T}');
  const row = read('tools/jetson/jetpack.sh')
    .split('\n')
    .find((line) => line.split(/\s+/)[1] === l4t);
  expect(row).toMatch(/ builds$/);
});

test("the fleet's image copies what is there", () => {
  const copies = [...read('deploy/Containerfile').matchAll(/^COPY (.+) \S+$/gm)];
  expect(copies.length).toBeGreaterThan(2);
  for (const [, names] of copies)
    for (const name of names!.split(' ')) expect(existsSync(join(repoDir, name)), name).toBe(true);
});

test('what it copies is there, and the libraries that were built replace those of the package', () => {
  const copies = [...container.matchAll(/^COPY (?!--from)(.+) \S+$/gm)];
  expect(copies.length).toBeGreaterThan(2);
  for (const [, names] of copies)
    for (const name of names!.split(' ')) expect(existsSync(join(repoDir, name)), name).toBe(true);
  expect(container.indexOf('COPY . .')).toBeLessThan(container.indexOf('COPY --from=onnxruntime'));
});

test("no image takes this machine's packages for its own", () => {
  for (const file of ['deploy/Containerfile', 'deploy/jetson/Containerfile'])
    expect(read(`${file}.dockerignore`).split('\n')).toContain('node_modules');
});

test('sources of an image bear times that a registry keeps: else its first start would build them anew, where it may not write', () => {
  for (const file of ['deploy/Containerfile', 'deploy/jetson/Containerfile']) {
    const [, command] = /^RUN (find .+) \\\n && node bin\/build\.js --force$/m.exec(read(file))!;
    const dir = mkdtempSync(join(tmpdir(), 'windshield-image-'));
    const source = join(dir, 'a.ts');
    writeFileSync(source, '');
    utimesSync(source, 1.5, 1.5);
    execFileSync('bash', ['-c', command!], { cwd: dir });
    expect(statSync(source).mtimeMs % 1000).toBe(0);
    rmSync(dir, { recursive: true });
  }
});

test('image and service keep engines where they may write', () => {
  const service = read('tools/jetson/windshield.service');
  expect(service).toMatch(/^Environment=WINDSHIELD_ENGINE_CACHE=\/var\/cache\/windshield\//m);
  expect(service).toMatch(/^CacheDirectory=windshield$/m);
  expect(container).toMatch(/^ENV WINDSHIELD_ENGINE_CACHE=\/var\/lib\/windshield\//m);
});
