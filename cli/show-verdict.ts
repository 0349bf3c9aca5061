import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { PerceptionError } from '../src/frame/perception-error.js';
import { measuredJson } from '../src/text/measured-json.js';
import { exitCodes } from './exit-codes.js';
import { Terminal } from './terminal.js';

/** What `verify` and `diff` share. */
export interface VerdictFlags {
  rules?: string;
  json?: true;
  html?: string;
  junit?: string;
}

export function addVerdictOptions(command: Command): Command {
  return command
    .option('--rules <rules.yaml>', 'what may differ; nothing, when left out')
    .option('--json', 'print one JSON object instead of the text')
    .option('--html <report.html>', 'also write one self-contained page, with pictures of both')
    .option('--junit <report.xml>', 'also write the findings as a build server reads them');
}

/** Compares, prints and writes what was asked for; sets exit code 1 where the answer is no. */
export async function showVerdict(
  referencePath: string,
  candidatePath: string,
  drivePath: string | undefined,
  { rules: rulesPath, json, html, junit }: VerdictFlags,
): Promise<void> {
  const { compareRuns } = await import('../tools/verdict/compare-runs.js');
  const { readRules, strictRules } = await import('../tools/verdict/rules.js');
  const { verdictOf } = await import('../tools/verdict/verdict.js');
  const { formatJunit, formatVerdict } = await import('../tools/verdict/format-verdict.js');
  const terminal = new Terminal();
  const rules = rulesPath === undefined ? strictRules : await readRules(rulesPath);
  const comparison = await compareRuns(referencePath, candidatePath, rules, drivePath);
  const verdict = verdictOf(comparison, rules);
  if (junit !== undefined) await writeOutput(junit, formatJunit(verdict));
  if (html !== undefined) {
    const { verdictPage } = await import('../tools/verdict/page/verdict-page.js');
    await writeOutput(html, await verdictPage(verdict, comparison, drivePath));
    terminal.note(`wrote ${html}`);
  }
  terminal.print(json ? measuredJson(verdict) : formatVerdict(verdict));
  if (!verdict.passed) process.exitCode = exitCodes.failedVerdict;
}

async function writeOutput(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((cause: NodeJS.ErrnoException) => {
    throw new PerceptionError('ERR_OUTPUT', `cannot write ${path}: ${cause.message}`, { cause });
  });
}
