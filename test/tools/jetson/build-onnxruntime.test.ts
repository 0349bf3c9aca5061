import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { repoDir } from '../../support/command-line.js';

const tools = join(repoDir, 'tools/jetson');
const orin = 'NVIDIA Jetson AGX Orin Developer Kit\0';
let root: string;
let work: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'jetson-'));
  work = join(root, 'work');
});
afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** A board's root: release as L4T writes it, "36.4.3", and what its device tree calls it. */
function board(l4t: string, model = orin): void {
  const [major, ...rest] = l4t.split('.');
  const text = `# R${major} (release), REVISION: ${rest.join('.')}, GCID: 1, BOARD: generic, EABI: aarch64\n`;
  put('etc/nv_tegra_release', text);
  put('proc/device-tree/model', model);
}

function build(machine: NodeJS.ProcessEnv, ...options: string[]) {
  const args = [join(tools, 'build-onnxruntime.sh'), '--work', work, ...options];
  const env = { ...machine, WINDSHIELD_JETSON_ROOT: root };
  const { status, stdout, stderr } = spawnSync('bash', args, { encoding: 'utf8', env });
  return { status, stdout, stderr, stages: stdout.split('\n').filter((line) => line[0] === '=') };
}
const dryRun = (...options: string[]) =>
  build(process.env, '--dry-run', '--disk-gb', '1', ...options);

describe('the JetPack at hand', () => {
  test.each([
    ['36.4', '6.1 (L4T 36.4.0): CUDA 12.6, TensorRT 10.3, cuDNN 9.3', orin, 87],
    ['36.4.3', '6.2 (L4T 36.4.3): CUDA 12.6, TensorRT 10.3', orin, 87],
    ['36.4.4', '6.2.1 (L4T 36.4.4): CUDA 12.6, TensorRT 10.3', orin, 87],
    ['36.5', '6.2.2 (L4T 36.5.0): CUDA 12.6, TensorRT 10.3', orin, 87],
    ['38.2', '7.0 (L4T 38.2.0): CUDA 13.0, TensorRT 10.13', 'NVIDIA Jetson AGX Thor\0', 110],
    ['38.2.1', '7.0 (L4T 38.2.1): CUDA 13.0', 'NVIDIA Jetson AGX Thor\0', 110],
    ['38.4', '7.1 (L4T 38.4.0): CUDA 13.0', 'NVIDIA Jetson AGX Thor\0', 110],
    ['39.2', '7.2 (L4T 39.2.0): CUDA 13.2, TensorRT 10.16, cuDNN 9.20', orin, 87],
    ['39.2', '7.2 (L4T 39.2.0): CUDA 13.2', 'NVIDIA Jetson AGX Thor\0', 110],
  ])('%s is JetPack %s', (l4t, jetpack, model, architecture) => {
    board(l4t, model);
    const { status, stdout, stderr } = dryRun();
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toContain(`JetPack ${jetpack}`);
    expect(stdout).toContain(`CMAKE_CUDA_ARCHITECTURES=${architecture} `);
  });

  test.each(['35.3.1', '35.4.1', '35.5.0', '36.3'])(
    '%s is too old, and the reason is said',
    (l4t) => {
      board(l4t);
      const { status, stdout, stderr } = dryRun();
      expect(status).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toContain('needs CUDA 12, TensorRT 10 and cuDNN 9: move to JetPack 6.1');
    },
  );

  test('one that the table does not have is refused by name, with the known ones', () => {
    board('41.0.7');
    const { status, stderr } = dryRun();
    expect(status).toBe(2);
    expect(stderr).toMatch(/L4T 41\.0\.7 is not in the table .*; known: 6\.1 \(L4T 36\.4\.0\), /);
  });

  test('without a release file, as in a container, the package nvidia-jetpack says it', () => {
    const entry = ['Package: nvidia-jetpack', 'Status: install ok installed', 'Version: 6.2.1+b38'];
    put('var/lib/dpkg/status', `${entry.join('\n')}\nArchitecture: arm64\nDescription: x\n\n`);
    const { stdout, stderr } = dryRun();
    expect(stderr).toBe('');
    expect(stdout).toContain('JetPack 6.2.1 (L4T 36.4.4)');
    expect(stdout).toContain('orin, compute capability 87');
  });

  test('in a container without either, --l4t says it', () => {
    expect(dryRun('--l4t', '36.4.0').stdout).toContain('JetPack 6.1 (L4T 36.4.0)');
    expect(dryRun('--l4t', '1.2.3')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/L4T 1\.2\.3 is not in the table/),
    });
  });

  test('a machine that is no Jetson, and a release file that is none, are refused', () => {
    expect(dryRun()).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/expected a Jetson, found neither/),
    });
    put('etc/nv_tegra_release', 'hello\n');
    expect(dryRun()).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/expected "# R36 .*found: hello/),
    });
  });

  test('a board that it does not run on, or that cannot be found out, is refused', () => {
    board('36.4.3', 'NVIDIA Jetson AGX Xavier\0');
    expect(dryRun()).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/runs on orin=87, found: xavier/),
    });
    board('39.2', 'some board\0');
    expect(dryRun()).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/found: some board; name it with --board/),
    });
    expect(dryRun('--board', 'thor').stdout).toContain('compute capability 110');
  });
});

describe('before it starts', () => {
  beforeEach(() => board('36.4.3'));

  test('it says what it needs, and without --yes does nothing', () => {
    const { status, stdout, stderr } = build(process.env, '--disk-gb', '1');
    expect(status).toBe(2);
    expect(stdout).toMatch(/disk {9}1 GB \(an estimate\); free: \d+ GB\n {2}time .*\(an estimate/);
    expect(stderr).toContain('--yes goes on');
    expect(readdirSync(root)).not.toContain('work');
  });

  test('a disk that is too small is refused with both figures', () => {
    const { status, stderr } = build(process.env, '--yes', '--disk-gb', '99999999');
    expect(status).toBe(2);
    expect(stderr).toMatch(/expected 99999999 GB free for .*work, found \d+ GB/);
  });

  test('on another machine --yes is refused before anything is fetched', () => {
    const { status, stderr } = build(process.env, '--yes', '--disk-gb', '1');
    expect(status).toBe(2);
    expect(stderr).toMatch(/expected (a Jetson \(aarch64\)|.*nvcc|\w+), /);
    expect(readdirSync(root)).not.toContain('work');
  });

  test('options that are wrong are refused', () => {
    for (const options of [['--jobs', '0'], ['--jobs'], ['--disk-gb', 'x'], ['--what'], ['--into']])
      expect(build(process.env, ...options).status).toBe(2);
  });
});

describe('the commands', () => {
  beforeEach(() => board('36.4.3'));

  test('are printed by --dry-run and none is run', () => {
    const { stdout, stages } = dryRun();
    expect(stages).toHaveLength(5);
    expect(stdout).toMatch(/^\+ curl .*\/v1\.30\.0\.tar\.gz$/m);
    expect(stdout.match(/^\+ sha256sum --check <<< [0-9a-f]{64}/gm)).toHaveLength(2);
    const flags = '--use_cuda .* --use_tensorrt .*';
    expect(stdout).toMatch(new RegExp(`^\\+ env .*build\\.sh .*--build_nodejs ${flags}$`, 'm'));
    expect(stdout).toMatch(/^\+ cp -L .*providers_tensorrt\.so .*\/linux\/arm64\/$/m);
    expect(readdirSync(root)).not.toContain('work');
  });

  test('build the version whose JavaScript is installed', () => {
    const { dependencies } = JSON.parse(readFileSync(join(repoDir, 'package.json'), 'utf8'));
    expect(dryRun().stdout).toContain(`ONNX Runtime ${dependencies['onnxruntime-node']} with`);
  });

  test('of a stage with a stamp are left out; a stamp of another JetPack does not count', () => {
    const names = dryRun().stages.map((line) => line.slice(2));
    for (const name of names.slice(0, 4)) put(`work/stamps/${name}`, '');
    const resumed = dryRun();
    expect(resumed.stages.map((line) => line.endsWith('done before'))).toEqual(
      names.map((_, index) => index < 4),
    );
    expect(resumed.stdout).not.toContain('build.sh');
    board('39.2');
    const other = dryRun();
    expect(other.stages.filter((line) => line.endsWith('done before'))).toHaveLength(2);
    expect(other.stdout).toContain('build.sh');
  });

  test('compile as many files at a time as memory carries, at least one', () => {
    put('proc/meminfo', 'MemAvailable:  1000000 kB\nSwapFree: 500000 kB\n');
    expect(dryRun().stdout).toContain(' --parallel 1 ');
    put('proc/meminfo', 'MemAvailable:  900000000 kB\nSwapFree: 0 kB\n');
    const cores = execFileSync('nproc', { encoding: 'utf8' }).trim();
    expect(dryRun().stdout).toContain(` --parallel ${cores} `);
    expect(dryRun('--jobs', '3').stdout).toContain(' --parallel 3 ');
  });
});

describe('a run', () => {
  const libraries = 'target/bin/napi-v6/linux/arm64';
  /** A board with its tools; what would take hours is a program that leaves what the true one would. */
  function workshop(programs: Record<string, string>): void {
    board('36.4.3');
    put('usr/local/cuda/bin/nvcc', '');
    put('usr/include/aarch64-linux-gnu/NvInfer.h', '');
    put('target/package.json', '{"version": "1.30.0"}');
    put(`${libraries}/onnxruntime_binding.node`, 'npm');
    const stubs = { gcc: '', 'g++': '', python3: '', uname: 'echo aarch64', ...programs };
    for (const [name, text] of Object.entries(stubs)) put(`bin/${name}`, `#!/bin/bash\n${text}\n`);
    execFileSync('chmod', ['-R', '+x', join(root, 'bin'), join(root, 'usr/local/cuda/bin')]);
  }
  const run = () => {
    const env = { ...process.env, PATH: `${join(root, 'bin')}:${process.env['PATH']}` };
    return build(env, '--yes', '--disk-gb', '1', '--into', join(root, 'target'));
  };
  // Its last argument but one is the file.
  const download = 'echo bytes >"$(echo "$@" | rev | cut -d" " -f2 | rev)"';

  test('stops at a download that is not what it should be', () => {
    workshop({ curl: download, tar: 'exit 9' });
    const { status, stderr } = run();
    expect(status).toBe(2);
    expect(stderr).toMatch(/v1\.30\.0\.tar\.gz: expected the checksum f6681e\w+, found another/);
    expect(readdirSync(join(work, 'stamps'))).toEqual([]);
  });

  test('that is broken off goes on with the stage that failed; a third has nothing to do', () => {
    const source = `${work}/onnxruntime-1.30.0`;
    const unpack = `mkdir -p ${source}/js/node/src ${source}/js/node/${libraries.slice(7)} ${source}/build/Linux/Release
echo 'sessionOptions.AppendExecutionProvider_TensorRT_V2(*options);' >${source}/js/node/src/session_options_helper.cc`;
    workshop({ curl: download, tar: unpack, sha256sum: 'echo 0123456789abcdef' });
    put('work/onnxruntime-1.30.0/build.sh', 'exit 7');
    expect(run().status).toBe(7);
    const names = ['onnxruntime.so.1', 'onnxruntime_providers_shared.so'];
    names.push('onnxruntime_providers_cuda.so', 'onnxruntime_providers_tensorrt.so');
    const made = names.map((name) => `echo built >${source}/build/Linux/Release/lib${name}`);
    made.push(`echo built >${source}/js/node/${libraries.slice(7)}/onnxruntime_binding.node`);
    put('work/onnxruntime-1.30.0/build.sh', made.join('\n'));
    const second = run();
    expect(second.stderr).toBe('');
    expect(second.stages.filter((line) => line.endsWith('done before'))).toHaveLength(3);
    expect(readdirSync(join(root, libraries))).toHaveLength(5);
    const binding = (dir: string) =>
      readFileSync(join(root, dir, 'onnxruntime_binding.node'), 'utf8');
    expect([binding(libraries), binding(`${libraries}.npm`)]).toEqual(['built\n', 'npm']);
    expect(run().stages.filter((line) => line.endsWith('done before'))).toHaveLength(5);
  });
});

describe("the engine cache in ONNX Runtime's binding", () => {
  const hook = join(tools, 'add-engine-cache.sh');
  const call = '      sessionOptions.AppendExecutionProvider_TensorRT_V2(*options);\n';
  const added = (text: string) => {
    put('source.cc', text);
    const path = join(root, 'source.cc');
    const { status, stderr } = spawnSync('bash', [hook, path], { encoding: 'utf8' });
    return { status, stderr, text: readFileSync(path, 'utf8') };
  };

  test('is set in front of the call that takes the options, once', () => {
    const { status, text } = added(`before\n${call}after\n`);
    expect(status).toBe(0);
    expect(text).toMatch(
      /^before\n[\s\S]*"trt_engine_cache_path"[\s\S]*UpdateTensorRTProviderOptions/,
    );
    expect(text.endsWith(`      }\n${call}after\n`)).toBe(true);
    expect(added(text).text).toBe(text);
  });

  test('is refused, and the file left alone, where the source has changed', () => {
    for (const text of ['nothing\n', call + call])
      expect(added(text)).toMatchObject({
        status: 2,
        text,
        stderr: expect.stringMatching(/--no-engine-cache/),
      });
    board('36.4.3');
    expect(dryRun('--no-engine-cache').stdout).not.toContain('add-engine-cache.sh');
  });
});

const hasShellcheck = spawnSync('shellcheck', ['--version']).status === 0;
test.skipIf(!hasShellcheck)('shellcheck finds nothing in the scripts', () => {
  const scripts = readdirSync(tools).filter((name) => name.endsWith('.sh'));
  execFileSync('shellcheck', ['-x', ...scripts.map((name) => join('tools/jetson', name))], {
    cwd: repoDir,
    stdio: 'pipe',
  });
});
