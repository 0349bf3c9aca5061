import type { Command } from 'commander';
import { guardOutputs } from '../src/files/output-guard.js';
import { writeWhole } from '../src/files/write-whole.js';
import { measuredJson } from '../src/text/measured-json.js';
import { exitCodes } from './exit-codes.js';
import { reportFiles } from './report-files.js';
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

/** Before anything is written: no report takes the place of what the command reads. Throws as guardOutputs does. */
export function guardReports(
  flags: VerdictFlags,
  inputs: Readonly<Record<string, string | undefined>>,
) {
  const all = Object.entries({ ...inputs, 'the rules': flags.rules });
  guardOutputs(
    reportFiles(flags),
    all.flatMap(([role, path]) => (path === undefined ? [] : [{ role, path }])),
  );
}

/** Compares, prints and writes what was asked for; sets exit code 1 where the answer is no. */
export async function showVerdict(
  referencePath: string,
  candidatePath: string,
  drivePath: string | undefined,
  flags: VerdictFlags,
): Promise<void> {
  const { rules: rulesPath, json, html, junit } = flags;
  guardReports(flags, {
    'the reference': referencePath,
    'the results': candidatePath,
    'the drive': drivePath,
  });
  const { compareRuns } = await import('../tools/verdict/compare-runs.js');
  const { readRules, strictRules } = await import('../tools/verdict/rules.js');
  const { verdictOf } = await import('../tools/verdict/verdict.js');
  const { formatJunit, formatVerdict } = await import('../tools/verdict/format-verdict.js');
  const terminal = new Terminal();
  const rules = rulesPath === undefined ? strictRules : await readRules(rulesPath);
  const comparison = await compareRuns(referencePath, candidatePath, rules, drivePath);
  const verdict = verdictOf(comparison, rules);
  if (junit !== undefined) writeWhole(junit, formatJunit(verdict));
  if (html !== undefined) {
    const { verdictPage } = await import('../tools/verdict/page/verdict-page.js');
    writeWhole(html, await verdictPage(verdict, comparison, drivePath));
    terminal.note(`wrote ${html}`);
  }
  terminal.print(json ? measuredJson(verdict) : formatVerdict(verdict));
  if (!verdict.passed) process.exitCode = exitCodes.failedVerdict;
}
