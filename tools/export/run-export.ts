import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Bundle, openBundle } from '../../src/bundle/bundle.js';
import type { Manifest } from '../../src/bundle/manifest.js';
import { checkNothingAt } from '../../src/files/write-folder.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import type { Dataset } from '../datasets/sample.js';
import { manifestScores } from '../evaluate/evaluation.js';
import type { LabelledLogits } from '../evaluate/probability-calibration.js';
import { runEvaluation } from '../evaluate/run-evaluation.js';
import { chooseBackend } from '../train/backends/choose-backend.js';
import { readCheckpoint } from '../train/checkpoint.js';
import { type MadeBundle, makeBundle } from '../train/make-bundle.js';
import { openData, type WeightedDataset } from '../train/open-data.js';
import type { Recipe } from '../train/recipe.js';
import { taskTraining } from '../train/tasks/task-table.js';
import { runFiles } from '../train/train.js';
import { calibrateSigns } from './calibrate-signs.js';
import { calibrateSteering } from './calibrate-steering.js';
import { compareWithTf } from './compare-with-tf.js';
import { restoreAverage } from './restore-average.js';
import { scoresAt, scoresSideBySide } from './scores-side-by-side.js';
import { writeBundle } from './write-bundle.js';

export interface ExportRequest {
  recipe: Recipe;
  /** Folder of the training run. */
  runDir: string;
  /** `best` by validation, or the `last` weights. */
  which: 'best' | 'last';
  dataDirs: readonly string[];
  outDir: string;
  /** Whether an existing bundle is replaced. */
  replace: boolean;
  version: string;
  /** The command line that trained it, for the model card. */
  command: string;
  onNote: (line: string) => void;
}

/** Largest difference between ONNX Runtime and tf, relative to the output's largest value. */
const tolerance = 1e-3;

/**
 * Turns a run's averaged weights into a model bundle: exports, compares with tf on random input, calibrates
 * the sign network's temperature or the steering network's response, evaluates on the recipe's validation data, and
 * writes the folder.
 */
export async function runExport(request: ExportRequest): Promise<MadeBundle> {
  const { recipe, onNote } = request;
  // Checked before hours of work: an existing bundle is not replaced by accident.
  if (!request.replace) checkNothingAt(request.outDir);
  const path = join(request.runDir, request.which === 'best' ? runFiles.best : runFiles.last);
  if (!existsSync(path)) {
    throw new PerceptionError('ERR_EXPORT', `expected a checkpoint, found none: ${path}`);
  }
  const checkpoint = readCheckpoint(path)!;
  if (checkpoint.facts.task !== recipe.task) {
    throw new PerceptionError(
      'ERR_EXPORT',
      `${path}: expected a run of ${recipe.task}, found one of ${checkpoint.facts.task}`,
    );
  }
  const training = taskTraining(recipe);
  const backend = await chooseBackend('wasm');
  const model = training.buildNetwork(recipe.seed);
  restoreAverage(model, checkpoint);
  const { sets } = await openData(recipe.task, recipe.data, request.dataDirs, recipe.classes);
  const { task, validation: judges, classes } = recipe;
  const validation =
    judges.length === 0 ? [] : (await openData(task, judges, request.dataDirs, classes)).sets;
  const story = {
    version: request.version,
    training: {
      data: sets.map(({ dataset }) => ({
        name: dataset.name,
        count: dataset.samples.length,
        licence: dataset.licence,
        ...((dataset.isUndistorted ?? dataset.camera !== undefined) && { isUndistorted: true }),
      })),
      seed: recipe.seed,
      command: request.command,
    },
    scores: {},
  };
  const draft = makeBundle(model, training, story);
  const difference = compareWithTf(model, draft.exported, tolerance);
  onNote(
    `ONNX Runtime and tf differ by at most ${difference.toExponential(1)} of the largest output`,
  );
  const where = 'the exported network';
  let exported = await openBundle(draft.files, where);
  let calibrated = training;
  if (recipe.fitResponse && recipe.task === 'steering') {
    const steeringSets = sets as WeightedDataset<'steering'>[];
    calibrated = await calibrateSteering(training, exported, steeringSets, onNote);
    exported = await openBundle(makeBundle(model, calibrated, story).files, where);
  }
  const datasets = validation.map(({ dataset }) => dataset);
  const { scores, signs } = await measure(exported, datasets, onNote);
  calibrated = calibrateSigns(calibrated, signs, onNote);
  const bundle = makeBundle(model, calibrated, { ...story, scores });
  backend.close();
  const older = await scoresAt(request.outDir);
  for (const line of scoresSideBySide(older, scores)) onNote(line);
  writeBundle(request.outDir, bundle, request);
  return bundle;
}

/** Scores on each data set, and every sign's logits with its class. */
async function measure(bundle: Bundle, datasets: Dataset[], onNote: (line: string) => void) {
  const scores: Manifest['scores'] = {};
  const signs: LabelledLogits[] = [];
  for (const dataset of datasets) {
    const evaluation = await runEvaluation(bundle, dataset, {
      onObservation: (seen) => {
        if ('logits' in seen) signs.push({ logits: seen.logits, truthId: seen.sample.classId });
      },
    });
    scores[dataset.name] = manifestScores(evaluation);
    onNote(`${dataset.name}: ${JSON.stringify(evaluation.metrics)}`);
  }
  return { scores, signs };
}
