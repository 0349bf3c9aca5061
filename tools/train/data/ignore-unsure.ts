import type { LabelledTask } from '../../../src/bundle/manifest.js';
import type { DetectionOutputSpec } from '../../../src/bundle/output-spec.js';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import { readBundleFolder } from '../../../src/inference/read-bundle-folder.js';
import { boxIou } from '../../datasets/box-geometry.js';
import type { DetectionSample, TruthBox } from '../../datasets/sample.js';
import { BundleRunner } from '../../evaluate/bundle-runner.js';
import { loadAhead } from '../../evaluate/load-ahead.js';
import type { WeightedDataset } from '../open-data.js';
import type { RecipeSource } from '../recipe.js';
import type { Problem } from './data-problems.js';

type Unsure = NonNullable<RecipeSource['unsure']>;

/** A box of the bundle that shares this much with a label is that label's. */
const isLabelledIou = 0.3;

/**
 * Adds regions to ignore to the sets whose source asks for it (`unsure`): what the bundle finds in the named classes
 * and no label covers. The bundle runs once over the set, on this thread. Sets of other tasks pass unchanged. Throws
 * ERR_CONFIG when the bundle is no detector or lacks a class, and what opening it throws.
 */
export async function ignoreUnsure<T extends LabelledTask>(
  sets: readonly WeightedDataset<T>[],
  problems: Problem[],
): Promise<void> {
  for (const { dataset, source } of sets) {
    if (!source?.unsure || dataset.task !== 'detection') continue;
    await addRegions(dataset.samples as DetectionSample[], source.unsure, problems);
  }
}

async function addRegions(
  samples: readonly DetectionSample[],
  unsure: Unsure,
  problems: Problem[],
): Promise<void> {
  const { classes, runner } = await openFinder(unsure);
  try {
    for await (const { sample, loaded } of loadAhead(samples, (one) => one.load(), problems)) {
      const result = await runner.run(loaded);
      const found = result.stage === 'detection' ? result.detections : [];
      const regions = found
        .map(({ classId, boxXyxyPx }) => ({ className: classes[classId]!, boxXyxyPx }))
        .filter(({ className }) => unsure.classes.includes(className))
        .filter(({ boxXyxyPx }) => !sample.boxes.some((box) => covers(box, boxXyxyPx)))
        .map((box): TruthBox => ({ ...box, weight: 0 }));
      sample.boxes = [...sample.boxes, ...regions];
    }
  } finally {
    await runner.dispose();
  }
}

const covers = (label: TruthBox, boxXyxyPx: TruthBox['boxXyxyPx']): boolean =>
  boxIou(label.boxXyxyPx, boxXyxyPx) >= isLabelledIou;

/** The bundle with a decoder that tells what it is unsure of as well. */
async function openFinder({ bundle: folder, classes: wanted, above }: Unsure) {
  const bundle = await readBundleFolder(folder);
  const { decode, task } = bundle.manifest;
  if (task !== 'detection')
    throw wrongBundle(`expected a detector to find what is unlabelled, found ${task}: ${folder}`);
  const detector = decode as DetectionOutputSpec;
  const missing = wanted.find((name) => !detector.classes.includes(name));
  if (missing !== undefined)
    throw wrongBundle(
      `expected classes of the bundle (${detector.classes.join(', ')}), found "${missing}": ${folder}`,
    );
  const manifest = { ...bundle.manifest, decode: { ...detector, scoreThreshold: above } };
  const runner = await BundleRunner.open({ ...bundle, manifest }, undefined);
  return { classes: detector.classes, runner };
}

const wrongBundle = (message: string) => new PerceptionError('ERR_CONFIG', message);
