import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makePackages } from '../../bin/pack.js';
import { repoDir } from '../support/command-line.js';

const run = promisify(execFile);
const binOf = (name: string) => join(repoDir, 'node_modules/.bin', name);
const examples = ['own-source', 'own-output', 'own-decoder'];

let rigDir: string;
let toolsDir: string;
/** An empty project into which windshield, and only that, is installed. */
let projectDir: string;

const manifestIn = async (dir: string) =>
  JSON.parse(await readFile(join(dir, 'package.json'), 'utf8'));

/** What npm packs of a folder, put where npm installs it; without network, so that what it depends on is linked. */
async function install(dir: string): Promise<void> {
  const packed = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: dir,
    maxBuffer: 1 << 26,
  });
  const { name, dependencies } = await manifestIn(dir);
  const to = join(projectDir, 'node_modules', name);
  const [{ files }] = Object.values(JSON.parse(packed.stdout)) as [{ files: { path: string }[] }];
  for (const { path } of files) {
    await mkdir(dirname(join(to, path)), { recursive: true });
    await cp(join(dir, path), join(to, path));
  }
  for (const dependency of Object.keys(dependencies)) {
    const link = join(projectDir, 'node_modules', dependency);
    if (existsSync(link) || existsSync(join(to, 'node_modules', dependency))) continue;
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(repoDir, 'node_modules', dependency), link);
  }
}

beforeAll(async () => {
  ({ rigDir, toolsDir } = await makePackages());
  projectDir = await mkdtemp(join(tmpdir(), 'windshield-project-'));
  await writeFile(join(projectDir, 'package.json'), JSON.stringify({ type: 'module' }));
  await install(rigDir);
});
afterAll(() => rm(projectDir, { recursive: true, force: true }));

/** A program of the project, in a process of its own, with what standard input gives. */
function runIn(args: readonly string[], input?: Uint8Array) {
  const running = run(process.execPath, [...args], { cwd: projectDir });
  running.child.stdin!.on('error', () => {}).end(input);
  return running.catch((error) => error as { code: number; stdout: string; stderr: string });
}

describe('windshield, packed and installed into an empty project', () => {
  test('type-checks against the examples, which are compiled', async () => {
    for (const name of examples)
      await cp(
        join(repoDir, `examples/own-program/${name}.ts`),
        join(projectDir, `src/${name}.ts`),
      );
    await symlink(join(repoDir, 'node_modules/@types'), join(projectDir, 'node_modules/@types'));
    const tsconfig = {
      compilerOptions: {
        target: 'ES2022',
        module: 'NodeNext',
        strict: true,
        types: ['node'],
        outDir: 'out',
        rootDir: 'src',
      },
      include: ['src'],
    };
    await writeFile(join(projectDir, 'tsconfig.json'), JSON.stringify(tsconfig));
    const compiled = await run(binOf('tsc'), ['-p', 'tsconfig.json'], { cwd: projectDir }).catch(
      (error) => error as { stdout: string },
    );
    expect(compiled.stdout).toBe('');
  });

  test('runs a program with a source of its own', async () => {
    const frames = new Uint8Array(3 * 320 * 180 * 3).fill(120);
    const { stdout } = await runIn(['out/own-source.js', '320x180'], frames);
    expect(stdout.match(/^frame \d {2}steer -?\d\.\d+ rad/gm)).toHaveLength(3);
  });

  test('runs a program with an output of its own', async () => {
    const { stdout } = await runIn(['out/own-output.js']);
    expect(stdout).toContain('"name":"csv"');
    const lines = (await readFile(join(projectDir, 'steering.csv'), 'utf8')).trim().split('\n');
    expect(lines[0]).toBe('frame,angle_rad,objects');
    expect(lines.length).toBeGreaterThan(40);
    expect(lines[1]).toMatch(/^0,-?0\.\d+,0$/);
  });

  test('runs a program with a decoder of its own', async () => {
    const { stdout } = await runIn(['out/own-decoder.js']);
    expect(stdout).toContain('golden outputs within');
    expect(stdout.match(/certainty 0\.\d{3}$/gm)).toHaveLength(3);
  });

  test('keeps everything else inside', async () => {
    const program = `import('windshield/dist/src/pipeline/conductor.js').catch(({ code }) => console.log(code))`;
    const { stdout } = await runIn(['--input-type=module', '-e', program]);
    expect(stdout).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED\n');
  });

  test('has a command that says which package another command needs', async () => {
    const command = join('node_modules', 'windshield', 'bin', 'windshield.js');
    expect(
      await runIn([command, 'config', 'node_modules/windshield/pipelines/default.yaml']),
    ).toMatchObject({
      stderr: '',
    });
    const told = await runIn([command, 'train', 'steering']);
    expect(told).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^windshield: train is a command of the package windshield-tools, which is not installed here: npm install windshield-tools@\S+ \(ERR_TOOL_MISSING\)\n$/,
      ),
    });
  });

  test('knows the offline commands once windshield-tools is there', async () => {
    await install(toolsDir);
    const link = join(projectDir, 'node_modules/windshield-tools/node_modules');
    expect(existsSync(link)).toBe(false);
    const command = join('node_modules', 'windshield', 'bin', 'windshield.js');
    const sheet = [
      'simulate',
      'drive',
      '--seed',
      '7',
      '--seconds',
      '0.2',
      '--out',
      'rendered.mcap',
    ];
    expect(await runIn([command, ...sheet])).not.toHaveProperty('code');
    expect(existsSync(join(projectDir, 'rendered.mcap'))).toBe(true);
    expect((await runIn([command, 'train', '--help'])).stdout).toContain('Usage: windshield train');
  });
});

describe('the packages', () => {
  test('are without TensorFlow.js and compilers where they run on the rig', async () => {
    const { dependencies } = await manifestIn(rigDir);
    const names = Object.keys(dependencies);
    expect(names).toContain('zod');
    expect(
      names.filter((name) => /tensorflow|esbuild|vite|typescript|assemblyscript/.test(name)),
    ).toEqual([]);
  });

  test('bring ONNX Runtime with them, without its install script', async () => {
    const runtime = await manifestIn(join(rigDir, 'node_modules/onnxruntime-node'));
    expect(runtime.scripts).toBeUndefined();
    expect(runtime.dependencies).toEqual({ 'onnxruntime-common': runtime.version });
    const { bundleDependencies } = await manifestIn(rigDir);
    expect(bundleDependencies).toEqual(['onnxruntime-node']);
    const systems = await readdir(join(rigDir, 'node_modules/onnxruntime-node/bin/napi-v6'));
    expect(systems).toEqual(['linux']);
    const { dependencies } = await manifestIn(toolsDir);
    expect(dependencies).not.toHaveProperty('onnxruntime-node');
  });

  test('have an entry for each public part, right by publint and are-the-types-wrong', async () => {
    const { exports } = await manifestIn(rigDir);
    const parts = Object.keys(exports).filter((path) => exports[path].types !== undefined);
    expect(parts).toEqual([
      '.',
      './frame',
      './bundle',
      './preprocess',
      './perception',
      './calibration',
      './recording',
      './messages',
    ]);
    for (const dir of [rigDir, toolsDir])
      await run(binOf('publint'), [dir, '--strict', '--pack', 'false']);
    // Of the whole package it would take a minute; code and types are what it looks at.
    const bareDir = join(projectDir, 'bare');
    await cp(join(rigDir, 'dist/src'), join(bareDir, 'dist/src'), { recursive: true });
    const { bundleDependencies: _, ...manifest } = await manifestIn(rigDir);
    await writeFile(join(bareDir, 'package.json'), JSON.stringify(manifest));
    await run(binOf('attw'), ['--pack', bareDir, '--profile', 'esm-only', '--no-emoji']);
  });
});
