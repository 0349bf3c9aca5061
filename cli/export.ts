import { fileURLToPath } from 'node:url';
import { Argument, Command, Option } from 'commander';
import { type LabelledTask, labelledTasks } from '../src/bundle/manifest.js';
import { guardOutputs } from '../src/files/output-guard.js';
import { Terminal } from './terminal.js';

const recipesDir = fileURLToPath(new URL('../../tools/train/recipes/', import.meta.url));

interface ExportFlags {
  data: string[];
  from?: string;
  recipe?: string;
  out: string;
  replace?: true;
  which: 'best' | 'last';
  bundleVersion: string;
}

/** `windshield export <task>`: converts a training run to a model bundle. */
export function exportCommand(): Command {
  return new Command('export')
    .summary('write a trained network as a model bundle')
    .description(
      'Turns the averaged weights of a training run into a model bundle: the network as ONNX, compared with\n' +
        'TensorFlow.js on random input; the manifest with scores on the recipe’s validation data; golden\n' +
        'outputs; the model card. See docs/bundles.md. (To export a drive for other programs, use\n' +
        '`windshield export-drive`.)',
    )
    .addArgument(new Argument('<task>', 'what the network does').choices(labelledTasks))
    .requiredOption('--data <folder...>', 'folders to search for the recipe’s data, in order')
    .option('--from <folder>', 'the training run (default: runs/<task>)')
    .option('--recipe <file>', 'the run’s recipe (default: tools/train/recipes/<task>.yaml)')
    .requiredOption('--out <folder>', 'the bundle’s folder')
    .option('--replace', 'replace an existing bundle; prints its scores next to the new ones')
    .addOption(
      new Option('--which <weights>', 'the best weights by validation, or the last')
        .choices(['best', 'last'])
        .default('best'),
    )
    .option('--bundle-version <version>', 'version in the bundle’s manifest', '1.0.0')
    .action(async (task: LabelledTask, flags: ExportFlags) => {
      await runCommand(task, flags);
    });
}

async function runCommand(task: LabelledTask, flags: ExportFlags): Promise<void> {
  const { readRecipe } = await import('../tools/train/recipe.js');
  const { runExport } = await import('../tools/export/run-export.js');
  const terminal = new Terminal();
  const recipeOption = flags.recipe === undefined ? '' : ` --recipe ${flags.recipe}`;
  const outDir = flags.out;
  const runDir = flags.from ?? `runs/${task}`;
  guardOutputs(
    [{ option: '--out', path: outDir, kind: 'folder' }],
    [
      { role: 'the training run', path: runDir },
      ...flags.data.map((path) => ({ role: 'the data', path })),
    ],
  );
  const bundle = await runExport({
    recipe: readRecipe(flags.recipe ?? `${recipesDir}${task}.yaml`),
    runDir,
    which: flags.which,
    dataDirs: flags.data,
    outDir,
    replace: flags.replace ?? false,
    version: flags.bundleVersion,
    command: `npx windshield train ${task}${recipeOption} --data <data> <rendered> && npx windshield export ${task}${recipeOption} --data <data> <rendered> --out <folder>`,
    onNote: (line) => terminal.note(line),
  });
  const kilobytes = Math.round(bundle.files.network.length / 1000);
  terminal.print(`${outDir}: ${bundle.manifest.name} ${bundle.manifest.version}, ${kilobytes} kB`);
}
