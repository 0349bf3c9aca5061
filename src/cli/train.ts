import { fileURLToPath } from 'node:url';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { type Task, tasks } from '../bundle/manifest.js';
import { PerceptionError } from '../frame/perception-error.js';
import { Terminal } from './terminal.js';

/** Recipes are data, not code: they stay with the sources. */
const recipesDir = fileURLToPath(new URL('../../../tools/train/recipes/', import.meta.url));
const backends = ['auto', 'compiled', 'wasm', 'webgpu', 'tfjs-node'] as const;

interface TrainFlags {
  data: string[];
  recipe?: string;
  out?: string;
  backend: (typeof backends)[number];
  threads?: number;
  epochs?: number;
  samples?: number;
  resume?: true;
}

/** `windshield train <task>`: trains a network by a recipe. */
export function trainCommand(): Command {
  return new Command('train')
    .summary('train the network of a task')
    .description(
      'Trains the network of a task by a recipe (YAML: data, augmentation, optimiser, schedule, seed).\n' +
        'Checkpoints are written after each epoch; Ctrl-C ends after the step in hand, and --resume goes\n' +
        'on to the same weights that an uninterrupted run would have reached. docs/training.md tells more.',
    )
    .addArgument(new Argument('<task>', 'what the network does').choices(tasks))
    .requiredOption(
      '--data <folder...>',
      'folders in which the recipe’s data is looked for, in order',
    )
    .option('--recipe <file>', 'the recipe (default: tools/train/recipes/<task>.yaml)')
    .option('--out <folder>', 'where checkpoints and the log go (default: runs/<task>)')
    .addOption(
      new Option('--backend <name>', 'what computes; auto prints its choice and why')
        .choices(backends)
        .default('auto'),
    )
    .option('--threads <n>', 'CPU threads (default: all cores)', positive)
    .option('--epochs <n>', 'instead of the recipe’s', positive)
    .option('--samples <n>', 'samples of an epoch, instead of the recipe’s', positive)
    .option('--resume', 'go on from the last checkpoint in --out')
    .action(async (task: Task, flags: TrainFlags) => {
      await runTrain(task, flags);
    });
}

async function runTrain(task: Task, flags: TrainFlags): Promise<void> {
  const { readRecipe } = await import('../../tools/train/recipe.js');
  const { runTraining } = await import('../../tools/train/run-training.js');
  const { createProgressPrinter } = await import('../../tools/train/progress-bar.js');
  const terminal = new Terminal();
  const path = flags.recipe ?? `${recipesDir}${task}.yaml`;
  const recipe = readRecipe(path);
  if (recipe.task !== task) {
    throw new PerceptionError(
      'ERR_CONFIG',
      `${path}: expected a recipe for ${task}, found one for ${recipe.task}`,
    );
  }
  if (flags.epochs !== undefined) recipe.epochs = flags.epochs;
  if (flags.samples !== undefined) recipe.samplesPerEpoch = flags.samples;
  const outDir = flags.out ?? `runs/${task}`;
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(130);
    terminal.note('ending after this step; once more ends at once');
    stop.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const result = await runTraining({
    recipe,
    dataDirs: flags.data,
    outDir,
    backend: flags.backend,
    ...(flags.threads !== undefined && { threads: flags.threads }),
    isResumed: flags.resume ?? false,
    signal: stop.signal,
    onNote: (line) => terminal.note(line),
    onProgress: createProgressPrinter(process.stderr),
  });
  process.off('SIGINT', onSignal);
  process.off('SIGTERM', onSignal);
  const best = result.bestScore === undefined ? '' : `, best score ${result.bestScore.toFixed(4)}`;
  terminal.print(`${result.ended} after ${result.steps} steps${best}; checkpoints in ${outDir}`);
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('expected a whole number above 0.');
}
