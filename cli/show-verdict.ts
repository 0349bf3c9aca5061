import type { Command } from 'commander';
import { guardOutputs } from '../src/files/output-guard.js';
import { writeWhole } from '../src/files/write-whole.js';
import { measuredJson } from '../src/text/measured-json.js';
import type { RigDrives } from '../tools/verdict/compare-rigs.js';
import { exitCodes } from './exit-codes.js';
import { reportFiles } from './report-files.js';
import { Terminal } from './terminal.js';

/** Options that `verify` and `diff` share. */
export interface VerdictFlags {
  rules?: string;
  json?: true;
  html?: string;
  junit?: string;
}

export function addVerdictOptions(command: Command): Command {
  return command
    .option('--rules <rules.yaml>', 'what may differ (default: nothing)')
    .option('--json', 'print one JSON object instead of the text')
    .option('--html <report.html>', 'also write one self-contained page, with pictures of both')
    .option('--junit <report.xml>', 'also write the findings as JUnit XML, for a CI server');
}

/** Checks, before anything is written, that no report overwrites an input. Throws as guardOutputs does. */
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

/** Drives by their names in a message. */
export function namedDrives(drives: RigDrives): Record<string, string> {
  if (typeof drives === 'string') return { 'the drive': drives };
  const each = Object.entries(drives ?? {});
  return Object.fromEntries(each.map(([camera, path]) => [`the drive of ${camera}`, path]));
}

/**
 * Compares, camera by camera if there are several, prints and writes the requested files; sets exit code 1 if the
 * verdict is negative.
 */
export async function showVerdict(
  referencePath: string,
  candidatePath: string,
  drives: RigDrives,
  flags: VerdictFlags,
): Promise<void> {
  const { rules: rulesPath, json, html, junit } = flags;
  guardReports(flags, {
    'the reference': referencePath,
    'the results': candidatePath,
    ...namedDrives(drives),
  });
  const { compareRigs } = await import('../tools/verdict/compare-rigs.js');
  const { compareRuns } = await import('../tools/verdict/compare-runs.js');
  const { readRules, strictRules } = await import('../tools/verdict/rules.js');
  const { verdictOf } = await import('../tools/verdict/verdict.js');
  const { formatJunit, formatVerdict } = await import('../tools/verdict/format-verdict.js');
  const terminal = new Terminal();
  const rules = rulesPath === undefined ? strictRules : await readRules(rulesPath);
  const rig = await compareRigs(referencePath, candidatePath, rules, drives);
  if (rig !== undefined) {
    const { formatRigJunit, formatRigVerdict, rigVerdictOf } = await import(
      '../tools/verdict/rig-verdict.js'
    );
    const verdict = rigVerdictOf(rig, rules);
    if (junit !== undefined) writeWhole(junit, formatRigJunit(verdict));
    if (html !== undefined) {
      const { rigVerdictPage } = await import('../tools/verdict/page/verdict-page.js');
      writeWhole(html, await rigVerdictPage(verdict, rig));
      terminal.note(`wrote ${html}`);
    }
    terminal.print(json ? measuredJson(verdict) : formatRigVerdict(verdict));
    if (!verdict.passed) process.exitCode = exitCodes.failedVerdict;
    return;
  }
  const drivePath = typeof drives === 'string' ? drives : undefined;
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
