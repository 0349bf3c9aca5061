import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repoDir } from '../support/command-line.js';
import { makeTinyRig, type TinyRig } from '../support/tiny-rig.js';

let rig: TinyRig;
let dir: string;
beforeAll(async () => {
  rig = await makeTinyRig(12, 40);
  dir = mkdtempSync(join(tmpdir(), 'windshield-quiet-'));
  for (const name of ['home', 'tmp', 'cwd', 'out']) mkdirSync(join(dir, name));
});
afterAll(async () => {
  await rig.remove();
  rmSync(dir, { recursive: true, force: true });
});

/** Whether this system lets a process be watched. */
const whyNoTrace = (() => {
  const { status, error } = spawnSync('strace', ['-f', '-e', 'trace=none', 'true']);
  if (error) return 'strace is not installed';
  return status === 0 ? undefined : 'this system lets no process be traced';
})();
/** Whether a process can be given a network that leads nowhere. */
const ownNetwork = spawnSync('unshare', ['-n', 'true']).status === 0 ? ['unshare', '-n', '--'] : [];

/** ONNX Runtime is quiet by itself where it takes the machine for one that tests. */
function userEnvironment(): NodeJS.ProcessEnv {
  const { CI: _ci, ORT_DISABLE_TELEMETRY: _switch, ...env } = process.env;
  for (const name of Object.keys(env))
    if (/^(GITHUB_|BUILD_|TF_BUILD|VITEST)/.test(name)) delete env[name];
  return { ...env, HOME: join(dir, 'home'), TMPDIR: join(dir, 'tmp') };
}

const program = join(repoDir, 'bin/windshield.js');
const watched =
  'trace=%network,open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,link,linkat,symlink,symlinkat,truncate';

/** Runs the command line under strace, in a working folder of its own; what it did to network and files, a line a call. */
function traced(args: readonly string[]): string[] {
  const log = join(dir, 'trace');
  const words = [
    'strace',
    '-f',
    '-qq',
    '-s',
    '300',
    '-o',
    log,
    '-e',
    watched,
    process.execPath,
    program,
    ...args,
  ];
  const [command, ...rest] = words;
  execFileSync(command!, rest, { cwd: join(dir, 'cwd'), env: userEnvironment(), stdio: 'ignore' });
  return readFileSync(log, 'utf8').split('\n');
}

/** Calls that reach beyond this machine, or ask for a name. */
const outward = (lines: readonly string[]) =>
  lines.filter((line) => {
    const reaches =
      /\b(connect|sendto|sendmsg|sendmmsg)\(/.test(line) && /sa_family=AF_/.test(line);
    const isLoopback = /inet_addr\("127\.|"::1"/.test(line);
    const asksForName = /resolv\.conf|nscd|machine-id|sin6?_port=htons\(53\)/.test(line);
    return asksForName || (reaches && /AF_INET6?/.test(line) && !isLoopback);
  });

/** Files and folders that were made, opened for writing, moved or removed outside `allowed`. */
const strayFiles = (lines: readonly string[], allowed: string) =>
  lines.filter((line) => {
    const changes =
      /O_WRONLY|O_RDWR|O_CREAT|\b(creat|mkdir|rename|unlink|link|symlink|truncate)\w*\(/.test(line);
    const isOurs = line.includes(`"${allowed}/`) || /"\/dev\/(null|tty|shm\/)|"\/proc\//.test(line);
    return changes && !isOurs && !/ = -1 E/.test(line);
  });

const commands: [string, () => string[]][] = [
  [
    'replay',
    () => [
      'replay',
      rig.drivePath,
      '-p',
      rig.pipelinePath,
      '--lockstep',
      '--out',
      join(dir, 'out/r.mcap'),
    ],
  ],
  [
    'replay --supervise',
    () => [
      'replay',
      rig.drivePath,
      '-p',
      rig.pipelinePath,
      '--supervise',
      '--out',
      join(dir, 'out/s.mcap'),
    ],
  ],
];

describe('nothing leaves the machine', () => {
  test.each(commands)(
    '%s looks up nothing, reaches nobody, and writes only where it was told',
    (_name, args) => {
      if (whyNoTrace !== undefined) {
        console.warn(`not traced: ${whyNoTrace}`);
        execFileSync(process.execPath, [program, ...args()], {
          cwd: join(dir, 'cwd'),
          env: userEnvironment(),
          stdio: 'ignore',
        });
      } else {
        const lines = traced(args());
        // The watch sees: the recording's own file was made.
        expect(
          lines.some((line) => line.includes('.mcap.partial') && line.includes('O_CREAT')),
        ).toBe(true);
        expect(outward(lines)).toEqual([]);
        expect(strayFiles(lines, join(dir, 'out'))).toEqual([]);
      }
      for (const name of ['home', 'tmp', 'cwd'])
        expect(readdirSync(join(dir, name)), name).toEqual([]);
    },
  );

  test.skipIf(ownNetwork.length === 0)(
    'a pipeline needs no network: it runs in a namespace without one',
    () => {
      const args = ['replay', rig.drivePath, '-p', rig.pipelinePath, '--lockstep', '--no-publish'];
      const [command, ...rest] = [...ownNetwork, process.execPath, program, ...args];
      execFileSync(command!, rest, {
        cwd: join(dir, 'cwd'),
        env: userEnvironment(),
        stdio: 'ignore',
      });
      for (const name of ['home', 'tmp', 'cwd'])
        expect(readdirSync(join(dir, name)), name).toEqual([]);
    },
  );

  test('a thread whose process has not switched it off loads no ONNX Runtime', async () => {
    const entry = new URL('../../dist/src/inference/onnxruntime-node.js', import.meta.url);
    const { ORT_DISABLE_TELEMETRY: _switch, ...env } = process.env;
    const worker = new Worker(entry, { env });
    const error = await new Promise((resolve) => worker.once('error', resolve));
    expect(error).toMatchObject({ code: 'ERR_CONFIG' });
    expect(String(error)).toMatch(/expected ORT_DISABLE_TELEMETRY=1 .* found nothing/);
  });
});
