import { Command, InvalidArgumentError } from 'commander';
import { guardOutputs } from '../../src/files/output-guard.js';
import { writeWhole } from '../../src/files/write-whole.js';
import { measuredJson } from '../../src/text/measured-json.js';
import { exitCodes } from '../exit-codes.js';
import { usage } from '../option-parsers.js';
import { countsProgress } from '../progress-line.js';
import { reportFiles } from '../report-files.js';
import { Terminal } from '../terminal.js';
import { addStoreOptions, runOption, type StoreFlags } from './fleet-options.js';

export interface FleetMergeFlags extends StoreFlags {
  run?: string;
  verify?: string;
  referenceRun?: string;
  rules?: string;
  min?: string[];
  max?: string[];
  html?: string;
  junit?: string;
  page: string;
  json?: true;
}

/** Options that `fleet run --verify` and `fleet merge` share. */
export function addMergeOptions(command: Command): Command {
  const collect = (text: string, before: string[] = []) => {
    if (!/^[^=]+=/.test(text)) throw new InvalidArgumentError('expected name=number.');
    return [...before, text];
  };
  return command
    .option('--verify <folder|s3://…>', 'the results of another run, to compare with')
    .option('--reference-run <key>', 'with --verify: which run, if the folder holds several')
    .option('--rules <rules.yaml>', 'what may differ (default: nothing)')
    .option(
      '--min <name=number>',
      'a score that must be reached, such as mAP50=0.5; repeatable',
      collect,
    )
    .option(
      '--max <name=number>',
      'a number that must not be exceeded, such as failed=3; repeatable',
      collect,
    )
    .option('--html <report.html>', 'also write one self-contained page')
    .option('--junit <report.xml>', 'also write JUnit XML, for a CI server')
    .option(
      '--page <url>',
      'where `windshield view` serves the player, for links',
      'http://127.0.0.1:5580/',
    );
}

/** `windshield fleet merge <results>`. */
export function fleetMergeCommand(): Command {
  const command = new Command('merge')
    .summary('judge the results of many drives together')
    .description(
      'Puts the results of a fleet together: what failed and what is missing, how the drives score with\n' +
        'confidence intervals over drives, and with --verify what differs from another run, worst first.\n' +
        'Exit code 1 if the rules do not allow a difference.',
    )
    .argument('<results>', 'the results that `fleet run` wrote: a folder or s3://bucket/prefix')
    .addOption(runOption())
    .option('--json', 'print one JSON object instead of the text');
  return addStoreOptions(addMergeOptions(command)).action(showFleetVerdict);
}

/** Checks, before a drive is replayed or a result read, that no report overwrites an input. Throws as guardOutputs does. */
export function guardMergeOutputs(flags: Pick<FleetMergeFlags, 'html' | 'junit' | 'rules'>) {
  const inputs = flags.rules === undefined ? [] : [{ role: 'the rules', path: flags.rules }];
  guardOutputs(reportFiles(flags), inputs);
}

/** Refuses options about a comparison where nothing is compared. Throws ERR_USAGE. */
export function checkMergeOptions({ verify, rules, referenceRun }: FleetMergeFlags): void {
  if (verify !== undefined) return;
  const given = rules !== undefined ? '--rules' : referenceRun && '--reference-run';
  if (given) throw usage(`expected --verify with ${given}, found none`);
}

/** Merges, prints, writes the requested files; sets exit code 1 if the verdict is negative. */
export async function showFleetVerdict(place: string, flags: FleetMergeFlags): Promise<void> {
  guardMergeOutputs(flags);
  checkMergeOptions(flags);
  const [{ openStore }, { mergeFleet }, { readRules, strictRules }, { parseLimit }, format] =
    await Promise.all([
      import('../../tools/fleet/store/open-store.js'),
      import('../../tools/fleet/merge/merge-fleet.js'),
      import('../../tools/verdict/rules.js'),
      import('../../tools/limits/limit.js'),
      import('../../tools/fleet/merge/format-fleet-verdict.js'),
    ]);
  const limits = [
    ...(flags.min ?? []).map((text) => parseLimit(text, 'min')),
    ...(flags.max ?? []).map((text) => parseLimit(text, 'max')),
  ];
  const rules = flags.rules === undefined ? strictRules : await readRules(flags.rules);
  const terminal = new Terminal();
  const options = { endpoint: flags.endpoint };
  const results = await openStore(place, options);
  const reference = flags.verify === undefined ? undefined : await openStore(flags.verify, options);
  try {
    const verdict = await mergeFleet({
      results,
      run: flags.run,
      reference: reference && { store: reference, run: flags.referenceRun },
      rules,
      limits,
      onProgress: countsProgress(terminal, 'units merged'),
    });
    if (flags.junit !== undefined) writeWhole(flags.junit, format.formatFleetJunit(verdict));
    if (flags.html !== undefined) {
      const { fleetPage } = await import('../../tools/fleet/merge/fleet-page.js');
      writeWhole(flags.html, fleetPage(verdict, flags.page));
      terminal.note(`wrote ${flags.html}`);
    }
    terminal.print(flags.json ? measuredJson(verdict) : format.formatFleetVerdict(verdict));
    if (!verdict.passed) process.exitCode = exitCodes.failedVerdict;
  } finally {
    terminal.clearLive();
    await reference?.close();
    await results.close();
  }
}
