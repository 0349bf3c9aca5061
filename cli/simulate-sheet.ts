import { Command, Option } from 'commander';
import { type LabelledTask, labelledTasks } from '../src/bundle/manifest.js';
import { encodeJpeg } from '../src/codec/image-codec.js';
import { guardOutputs } from '../src/files/output-guard.js';
import { writeWhole } from '../src/files/write-whole.js';
import { numberFlag, sizeFlag } from './option-parsers.js';
import { countsProgress } from './progress-line.js';
import { Terminal } from './terminal.js';

interface SheetFlags {
  task: LabelledTask;
  count: string;
  columns: string;
  seed: string;
  size: string;
  out: string;
}

/** `windshield simulate sheet`: renders many scenes into one picture. */
export function sheetCommand(): Command {
  return new Command('sheet')
    .summary('one picture of many scenes')
    .description('Renders scenes of a data set side by side, for a quick look.')
    .addOption(
      new Option('--task <task>', 'the task that the pictures are for')
        .choices(labelledTasks)
        .default('detection'),
    )
    .requiredOption('--out <sheet.jpg>', 'the picture')
    .option('--count <n>', 'scenes', '24')
    .option('--columns <n>', 'scenes in a row', '4')
    .option('--seed <n>', 'of the first scene', '1000')
    .option('--size <WxH>', 'pixels of a scene', '400x225')
    .action(runSheet);
}

async function runSheet(flags: SheetFlags): Promise<void> {
  const [widthPx, heightPx] = sizeFlag(flags.size);
  const count = numberFlag('--count', flags.count, 1, 400, true);
  const columns = numberFlag('--columns', flags.columns, 1, 40, true);
  const seed = numberFlag('--seed', flags.seed, 0, 2 ** 32, true);
  guardOutputs([{ option: '--out', path: flags.out, kind: 'jpeg' }], []);
  const { renderContactSheet } = await import('../simulator/datasets/contact-sheet.js');
  const terminal = new Terminal();
  const onProgress = countsProgress(terminal, 'scenes');
  const sheet = await renderContactSheet(
    flags.task,
    seed,
    count,
    columns,
    widthPx,
    heightPx,
    onProgress,
  );
  const jpeg = await encodeJpeg(sheet, 80, true);
  writeWhole(flags.out, jpeg);
  terminal.clearLive();
  terminal.print(`${flags.out}: ${count} scenes for ${flags.task}, seeds from ${seed}`);
}
