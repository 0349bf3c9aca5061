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

/** A bundle's box with at least this IoU with a label counts as labelled. */
const isLabelledIou = 0.3;

/** Regions to ignore; plain data, so that one thread can find them for others that open the same sets. */
export interface UnsureRegions {
  /** For each set, the regions of each sample; undefined if the set's source does not request it. */
  bySet: (TruthBox[][] | undefined)[];
  /** Pictures that did not load. */
  problems: Problem[];
}

/**
 * Finds regions to ignore in the sets whose source requests it (`unsure`): objects of the named classes that the bundle
 * finds and no label covers. The bundle runs once over the set, on this thread. Throws ERR_CONFIG if the bundle is not
 * a detector or lacks a class, and whatever opening the bundle throws.
 */
export async function findUnsure<T extends LabelledTask>(
  sets: readonly WeightedDataset<T>[],
): Promise<UnsureRegions> {
  const found: UnsureRegions = { bySet: [], problems: [] };
  for (const { dataset, source } of sets) {
    const isAsked = source?.unsure !== undefined && dataset.task === 'detection';
    const samples = dataset.samples as DetectionSample[];
    found.bySet.push(
      isAsked ? await regionsOf(samples, source.unsure!, found.problems) : undefined,
    );
  }
  return found;
}

/** Adds the regions found to the samples of the same sets. */
export function ignoreRegions<T extends LabelledTask>(
  sets: readonly WeightedDataset<T>[],
  { bySet }: UnsureRegions,
): void {
  for (const [index, { dataset }] of sets.entries())
    for (const [place, regions] of bySet[index]?.entries() ?? []) {
      const sample = dataset.samples[place] as DetectionSample;
      sample.boxes = [...sample.boxes, ...regions];
    }
}

async function regionsOf(
  samples: readonly DetectionSample[],
  unsure: Unsure,
  problems: Problem[],
): Promise<TruthBox[][]> {
  const { classes, runner } = await openFinder(unsure);
  const bySample = new Map<DetectionSample, TruthBox[]>();
  try {
    for await (const { sample, loaded } of loadAhead(samples, (one) => one.load(), problems)) {
      const result = await runner.run(loaded);
      const found = result.stage === 'detection' ? result.detections : [];
      const regions = found
        .map(({ classId, boxXyxyPx }) => ({ className: classes[classId]!, boxXyxyPx }))
        .filter(({ className }) => unsure.classes.includes(className))
        .filter(({ boxXyxyPx }) => !sample.boxes.some((box) => covers(box, boxXyxyPx)))
        .map((box): TruthBox => ({ ...box, weight: 0 }));
      bySample.set(sample, regions);
    }
  } finally {
    await runner.dispose();
  }
  return samples.map((sample) => bySample.get(sample) ?? []);
}

const covers = (label: TruthBox, boxXyxyPx: TruthBox['boxXyxyPx']): boolean =>
  boxIou(label.boxXyxyPx, boxXyxyPx) >= isLabelledIou;

/** Opens the bundle with a decoder that also returns boxes of low confidence. */
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
