import { execFileSync, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFolder } from '../../src/files/make-folder.js';
import { endWithUs } from './killed-workers.js';

const programs = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'squeue'] as const;
/** A daemon that does not answer within this never will, milliseconds. */
const startMs = 60_000;

/** Why Slurm cannot run here; undefined if it can. */
export function whyNoSlurm(): string | undefined {
  const missing = programs.filter((program) => !isThere(program));
  if (missing.length > 0) return `without ${missing.join(', ')} (Debian: slurm-wlm, munge)`;
  if (process.getuid?.() !== 0) return 'only for root: slurmd starts jobs as their users';
  return undefined;
}

const isThere = (program: string) =>
  ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin'].some((dir) =>
    existsSync(join(dir, program)),
  );

/** A Slurm cluster of one node, this machine, with its own munge and configuration. Close it when done. */
export class SlurmNode {
  readonly #daemons: ReturnType<typeof spawn>[];
  readonly #env: NodeJS.ProcessEnv;

  private constructor(daemons: ReturnType<typeof spawn>[], env: NodeJS.ProcessEnv) {
    this.#daemons = daemons;
    this.#env = env;
  }

  /** `dir` holds keys, state and logs. Rejects if a daemon does not answer within a minute. */
  static async start(dir: string, cores: number): Promise<SlurmNode> {
    for (const folder of ['state', 'spool']) makeFolder(join(dir, folder));
    chmodSync(dir, 0o755);
    const socket = join(dir, 'munge.socket');
    const key = join(dir, 'munge.key');
    writeFileSync(key, randomBytes(1024), { mode: 0o400 });
    const node = hostname().split('.', 1)[0]!;
    const ctldPort = randomInt(20_000, 32_000);
    const config = join(dir, 'slurm.conf');
    writeFileSync(
      config,
      `ClusterName=drill
SlurmctldHost=${node}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=${socket}
SlurmctldPort=${ctldPort}
SlurmdPort=${ctldPort + 1}
SlurmctldPidFile=${dir}/slurmctld.pid
SlurmdPidFile=${dir}/slurmd.pid
StateSaveLocation=${dir}/state
SlurmdSpoolDir=${dir}/spool
SlurmctldParameters=enable_configless
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
ReturnToService=2
NodeName=${node} NodeAddr=127.0.0.1 CPUs=${cores} RealMemory=16000 State=UNKNOWN
PartitionName=drill Nodes=${node} Default=YES MaxTime=INFINITE State=UP
`,
    );
    const env = { ...process.env, SLURM_CONF: config };
    const daemon = (program: string, args: readonly string[]) => {
      const child = spawn(program, args, { env, stdio: 'ignore' });
      endWithUs(child);
      return child;
    };
    const munge = [
      ...['--foreground', '--force', `--key-file=${key}`, `--socket=${socket}`],
      ...[`--pid-file=${dir}/munge.pid`, `--seed-file=${dir}/munge.seed`],
      `--log-file=${dir}/munge.log`,
    ];
    const daemons = [daemon('munged', munge)];
    const slurm = new SlurmNode(daemons, env);
    try {
      await until(() => existsSync(socket), 'munged');
      daemons.push(daemon('slurmctld', ['-D', '-f', config, '-L', join(dir, 'slurmctld.log')]));
      daemons.push(
        daemon('slurmd', ['-D', '-f', config, '-N', node, '-L', join(dir, 'slurmd.log')]),
      );
      await until(() => slurm.#ask('sinfo', ['-h', '-o', '%T']).trim() === 'idle', 'slurmd');
      return slurm;
    } catch (error) {
      await slurm.close();
      throw error;
    }
  }

  /** Submits a job array and resolves when all its tasks have ended. Their output goes into `dir`. */
  async run(script: string, args: readonly string[], options: readonly string[], dir: string) {
    const output = `--output=${join(dir, 'task-%a.log')}`;
    const id = this.#ask('sbatch', ['--parsable', output, ...options, script, ...args]).trim();
    // Cancels the job before the daemons end.
    process.prependOnceListener('exit', () => this.#ask('scancel', [id]));
    while (this.#ask('squeue', ['-h', '-j', id]).trim() !== '') await sleep(2000);
    return id;
  }

  async close(): Promise<void> {
    for (const child of this.#daemons.toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    }
  }

  #ask(program: string, args: readonly string[]): string {
    try {
      return execFileSync(program, args, {
        env: this.#env,
        encoding: 'utf8',
        timeout: 30_000,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    } catch (error) {
      // An ended job is soon forgotten, which is not an error.
      if (program !== 'sbatch') return '';
      throw error;
    }
  }
}

async function until(isTrue: () => boolean, what: string): Promise<void> {
  for (const fromMs = performance.now(); !isTrue(); await sleep(200))
    if (performance.now() - fromMs > startMs) throw new Error(`${what} does not answer`);
}
