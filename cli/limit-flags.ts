import type { Command } from 'commander';
import { guardOutputs } from '../src/files/output-guard.js';
import { PerceptionError } from '../src/frame/perception-error.js';
import type { Limit } from '../tools/limits/limit.js';
import { exitCodes } from './exit-codes.js';
import { reportFiles } from './report-files.js';
import type { Terminal } from './terminal.js';

export interface LimitFlags {
  min?: string[];
  max?: string[];
  junit?: string;
}

const collect = (text: string, before: string[] = []) => [...before, text];

/** Adds --min, --max and --junit, which turn a command's numbers into a verdict. */
export function addLimitFlags(command: Command, example: { min: string; max: string }): Command {
  return command
    .option(
      '--min <name=value>',
      `exit code 1 when a number is lower, such as ${example.min}`,
      collect,
    )
    .option(
      '--max <name=value>',
      `exit code 1 when a number is higher, such as ${example.max}`,
      collect,
    )
    .option('--junit <file.xml>', 'also write the verdicts on --min and --max, for a CI server');
}

/** The limits from the flags, read before anything is measured. Rejects with ERR_USAGE, and as guardOutputs does. */
export async function readLimits({ min = [], max = [], junit }: LimitFlags): Promise<Limit[]> {
  guardOutputs(reportFiles({ junit }), []);
  const { parseLimit } = await import('../tools/limits/limit.js');
  const limits = [
    ...min.map((text) => parseLimit(text, 'min')),
    ...max.map((text) => parseLimit(text, 'max')),
  ];
  if (junit !== undefined && limits.length === 0)
    throw new PerceptionError('ERR_USAGE', 'expected --min or --max with --junit, found none');
  return limits;
}

/** Reports which limits are met, writes the JUnit file, and sets exit code 1 if one is not met. */
export async function giveVerdict(
  suite: string,
  limits: readonly Limit[],
  measured: ReadonlyMap<string, number>,
  junit: string | undefined,
  terminal: Terminal,
): Promise<void> {
  if (limits.length === 0) return;
  const { checkLimits, describeCheck } = await import('../tools/limits/limit.js');
  const checks = checkLimits(limits, measured);
  for (const check of checks) terminal.note(describeCheck(check));
  if (checks.some(({ isMet }) => !isMet)) process.exitCode = exitCodes.failedVerdict;
  if (junit === undefined) return;
  const { junitOf } = await import('../tools/limits/junit.js');
  const { writeWhole } = await import('../src/files/write-whole.js');
  writeWhole(junit, junitOf(suite, checks));
}
