import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Argument, Command, Option } from 'commander';
import { type LabelledTask, labelledTasks } from '../src/bundle/manifest.js';
import { guardOutputs } from '../src/files/output-guard.js';
import { PerceptionError } from '../src/frame/perception-error.js';
import type { Recipe } from '../tools/train/recipe.js';
import type { TrainingRequest } from '../tools/train/run-training.js';
import { numberOf, positiveInteger } from './option-parsers.js';
import { showsProgress } from './progress-line.js';
import { onStopSignals } from './stop-signals.js';
import { Terminal } from './terminal.js';

/** Recipes are data, not code, so they stay with the sources. */
const recipesDir = fileURLToPath(new URL('../../tools/train/recipes/', import.meta.url));
const backends = ['auto', 'compiled', 'wasm', 'webgpu', 'tfjs-node'] as const;

interface TrainFlags {
  data: string[];
  recipe?: string;
  out?: string;
  backend: (typeof backends)[number];
  threads?: number;
  epochs?: number;
  samples?: number;
  loaders?: number;
  from?: string;
  freeze?: string[];
  folds?: number;
  resume?: true;
  replace?: true;
}

/** `windshield train <task>`: trains a network with a recipe. */
export function trainCommand(): Command {
  return new Command('train')
    .summary('train the network of a task')
    .description(
      'Trains the network of a task by a recipe (YAML: data, augmentation, optimiser, schedule, seed). The novelty\n' +
        'gate needs no labels: `windshield novelty train`.\n' +
        'Checkpoints are written after each epoch. Ctrl-C ends after the current step, and --resume continues\n' +
        'to the same weights that an uninterrupted run would have reached. See docs/training.md.',
    )
    .addArgument(new Argument('<task>', 'what the network does').choices(labelledTasks))
    .requiredOption('--data <folder...>', 'folders to search for the recipe’s data, in order')
    .option('--recipe <file>', 'the recipe (default: tools/train/recipes/<task>.yaml)')
    .option('--out <folder>', 'folder for checkpoints and the log (default: runs/<task>)')
    .addOption(
      new Option('--backend <name>', 'what computes; auto prints its choice and why')
        .choices(backends)
        .default('auto'),
    )
    .option('--threads <n>', 'CPU threads (default: all cores)', positiveInteger)
    .option(
      '--loaders <n>',
      'threads that read and augment in parallel to the steps; 0: between the steps (default: one per four cores, at least 1)',
      numberOf({ least: 0, isWhole: true }),
    )
    .option(
      '--from <path>',
      'start from the weights of a run, a checkpoint, a tf.layers model.json or a bundle, where layers match',
    )
    .option('--freeze <layers...>', 'layers that keep their weights; * matches any characters')
    .option(
      '--folds <n>',
      'cross-validate: train n times, each time judged on another part',
      numberOf({ least: 2, most: 100, isWhole: true }),
    )
    .option('--epochs <n>', 'replaces the recipe’s value', positiveInteger)
    .option('--samples <n>', 'samples per epoch, replaces the recipe’s value', positiveInteger)
    .option('--resume', 'continue from the last checkpoint in --out')
    .option('--replace', 'start again in --out, replacing the run that is there')
    .action(async (task: LabelledTask, flags: TrainFlags) => {
      await runTrain(task, flags);
    });
}

async function readRecipeOf(task: LabelledTask, flags: TrainFlags): Promise<Recipe> {
  const { readRecipe } = await import('../tools/train/recipe.js');
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
  if (flags.from !== undefined) recipe.from = flags.from;
  if (flags.freeze !== undefined) recipe.freeze = flags.freeze;
  return recipe;
}

async function runTrain(task: LabelledTask, flags: TrainFlags): Promise<void> {
  const terminal = new Terminal();
  const show = showsProgress(terminal, { plainEveryS: 15 });
  const recipe = await readRecipeOf(task, flags);
  const outDir = flags.out ?? `runs/${task}`;
  guardOutputs(
    [{ option: '--out', path: outDir, kind: 'folder' }],
    flags.data.map((path) => ({ role: 'the data', path })),
  );
  await checkNoRunIn(outDir, flags);
  const stop = new AbortController();
  const forget = onStopSignals(() => {
    terminal.note('ending after this step; Ctrl-C again ends at once');
    stop.abort();
  });
  const request: TrainingRequest = {
    recipe,
    dataDirs: flags.data,
    outDir,
    backend: flags.backend,
    ...(flags.threads !== undefined && { threads: flags.threads }),
    ...(flags.loaders !== undefined && { loaders: flags.loaders }),
    isResumed: flags.resume ?? false,
    signal: stop.signal,
    onNote: (line) => terminal.note(line),
    onProgress: ({ step, totalSteps, epoch, loss, learningRate, imagesPerS, remainingS }) =>
      show({
        done: step,
        total: totalSteps,
        unit: 'steps',
        remainingS,
        details: [
          `epoch ${epoch + 1}`,
          `loss ${loss.toFixed(4)}`,
          `${imagesPerS.toFixed(1)} pictures/s`,
          `rate ${learningRate.toExponential(1)}`,
        ],
      }),
  };
  try {
    if (flags.folds !== undefined) await runFolds(request, flags.folds, terminal);
    else await runOnce(request, terminal);
  } finally {
    forget();
  }
}

/** Keeps a run that took hours from being overwritten by accident. */
async function checkNoRunIn(outDir: string, { resume, replace }: TrainFlags): Promise<void> {
  if (resume === true || replace === true) return;
  const { runFiles } = await import('../tools/train/run-files.js');
  const path = `${outDir}/${runFiles.last}`;
  if (!existsSync(path)) return;
  throw new PerceptionError(
    'ERR_OUTPUT',
    `expected no training run yet, found one: ${path}; --resume goes on with it, --replace begins again, --out names another folder`,
  );
}

async function runOnce(request: TrainingRequest, terminal: Terminal): Promise<void> {
  const { runTraining } = await import('../tools/train/run-training.js');
  const { ended, steps, bestScore } = await runTraining(request);
  const best = bestScore === undefined ? '' : `, best score ${bestScore.toFixed(4)}`;
  terminal.print(`${ended} after ${steps} steps${best}; checkpoints in ${request.outDir}`);
}

async function runFolds(
  request: TrainingRequest,
  count: number,
  terminal: Terminal,
): Promise<void> {
  const { crossValidate, foldsFile } = await import('../tools/train/cross-validate.js');
  const { metrics, steps, isComplete } = await crossValidate(request, count);
  const told = Object.entries(metrics).filter(([name]) => !name.includes('.'));
  for (const [name, { mean, deviation, values }] of told) {
    const each = values.map((value) => value.toFixed(4)).join('  ');
    terminal.print(`${name}  ${mean.toFixed(4)} ± ${deviation.toFixed(4)}  (${each})`);
  }
  const ended = isComplete ? 'done' : 'stopped; --resume continues';
  terminal.print(`${ended}: ${steps.length} of ${count} folds, ${request.outDir}/${foldsFile}`);
}
