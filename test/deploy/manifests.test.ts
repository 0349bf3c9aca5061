import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { exitCodes } from '../../cli/exit-codes.js';
import { fleetRunCommand } from '../../cli/fleet/fleet-run.js';
import { parseShard } from '../../tools/fleet/plan/shard.js';
import { repoDir, start } from '../support/command-line.js';

const job = parse(readFileSync(join(repoDir, 'deploy/kubernetes.yaml'), 'utf8'));
const [worker] = job.spec.template.spec.containers;

test('the Kubernetes job fails an index on bad drives and the job on a wrong set-up, by our exit codes', () => {
  const actionOf = (code: number) =>
    job.spec.podFailurePolicy.rules.find((rule: { onExitCodes?: { values: number[] } }) =>
      rule.onExitCodes?.values.includes(code),
    )?.action;
  expect(actionOf(exitCodes.failedVerdict)).toBe('FailIndex');
  expect(actionOf(exitCodes.error)).toBe('FailJob');
  expect(job.spec).toMatchObject({ completionMode: 'Indexed', backoffLimitPerIndex: 6 });
});

test('its shards are as many as its completions, and its options are known', () => {
  const shard = worker.args[worker.args.indexOf('--shard') + 1];
  const env = { JOB_COMPLETION_INDEX: '7' };
  expect(parseShard(shard, env)).toEqual({ index: 7, count: job.spec.completions });
  const known = fleetRunCommand().options.map(({ long }) => long);
  for (const option of worker.args.filter((text: string) => text.startsWith('--')))
    expect(known).toContain(option);
});

test('the Slurm script runs a shard with the cores that Slurm gave it', async () => {
  const path = join(repoDir, 'deploy/slurm.sh');
  const env = { WINDSHIELD: 'echo windshield', SLURM_CPUS_PER_TASK: '3' };
  const { stdout } = await start('bash', [path, 'd.yaml', 'out dir', 'p.yaml'], env).finished;
  expect(stdout).toBe('windshield fleet run d.yaml --out out dir --workers 3 --pipeline p.yaml\n');
  const missing = await start('bash', [path]).finished;
  expect(missing.stderr).toContain('expected the list of drives');
  expect(missing.code).not.toBe(0);
});

test.skipIf(!hasShellcheck())('shellcheck finds nothing in it', () => {
  execFileSync('shellcheck', [join(repoDir, 'deploy/slurm.sh')], { stdio: 'pipe' });
});

function hasShellcheck(): boolean {
  try {
    execFileSync('shellcheck', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
