import type { Bundle } from '../../src/bundle/bundle.js';
import { croppedClasses } from '../../src/bundle/crop-spec.js';
import { elementCount } from '../../src/bundle/golden.js';
import { readsCrops } from '../../src/bundle/output-spec.js';
import { packedRgbLayout } from '../../src/frame/frame.js';
import type { NetworkSession } from '../../src/inference/network-session.js';
import { loadStageRunner } from '../../src/stages/create-stage-runner.js';
import type { StageRunner } from '../../src/stages/stage-runner.js';
import type { StageSetup } from '../../src/stages/stage-setup.js';
import type { Dataset, RgbImage, SampleBase, SignSample } from '../datasets/sample.js';
import { loadAhead } from '../evaluate/load-ahead.js';

/** Stages are kept for this many picture sizes; data sets of crops have one for nearly every picture. */
const maxSizes = 32;

/**
 * The network's inputs for these samples: each picture through the rig's own stage up to the tensor, one item
 * [1, ...] at a time. The array is overwritten by the next item. Samples that do not load, and crops that are too small
 * to be read, are added to `problems`.
 */
export async function* networkInputs(
  bundle: Bundle,
  dataset: Dataset,
): AsyncGenerator<Float32Array, void, void> {
  const session = idleSession(bundle);
  const item = session.input.subarray(0, itemLength(bundle));
  const create = await loadStageRunner(bundle.manifest.task);
  const stages = new Map<string, StageRunner>();
  const samples: readonly SampleBase[] = dataset.samples;
  const load = (sample: SampleBase) => sample.load();
  for await (const { sample, loaded } of loadAhead(samples, load, dataset.problems)) {
    const { widthPx, heightPx, data } = loaded;
    const size = `${widthPx}x${heightPx}`;
    const stage = stages.get(size) ?? create(setupFor(bundle, session, dataset, loaded));
    if (stages.size >= maxSizes) stages.clear();
    stages.set(size, stage);
    const { result } = await stage.run(data, signIn(bundle, sample, loaded));
    if ('batch' in result && result.batch.readings.length === 0) {
      // Nothing was written for it: the item is still the one before.
      dataset.problems.push({ where: sample.id, reason: 'expected a crop of at least 6 px' });
      continue;
    }
    yield item;
  }
}

/** Number of elements in one item of the network's input. */
export function itemLength({ manifest }: Bundle): number {
  return elementCount(itemShape(manifest.input.tensor.shape));
}

/** A shape with a batch of one. */
export function itemShape(shape: readonly (number | string)[]): number[] {
  return shape.map((size) => (typeof size === 'string' ? 1 : size));
}

/** A session that takes the input that a stage writes and computes nothing. */
export function idleSession({ manifest }: Bundle): NetworkSession {
  const room = (shape: readonly (number | string)[]) =>
    new Float32Array(elementCount(itemShape(shape)));
  return {
    provider: 'none',
    isPartlyOnCpu: false,
    maxBatch: 1,
    input: room(manifest.input.tensor.shape),
    outputs: Object.fromEntries(manifest.outputs.map(({ name, shape }) => [name, room(shape)])),
    run: async () => {},
    dispose: async () => {},
  };
}

function setupFor(
  bundle: Bundle,
  session: NetworkSession,
  dataset: Dataset,
  { widthPx, heightPx }: RgbImage,
): StageSetup {
  const { decode } = bundle.manifest;
  return {
    bundle,
    session,
    frame: packedRgbLayout(widthPx, heightPx),
    camera: dataset.camera,
    detectorClasses: readsCrops(decode) ? croppedClasses(decode) : [],
  };
}

/** The crop as a detection, if the network reads crops: the sample's box, or one that the margin enlarges to the picture. */
export function signIn({ manifest }: Bundle, sample: SampleBase, { widthPx, heightPx }: RgbImage) {
  if (!readsCrops(manifest.decode)) return undefined;
  const { cropMarginNorm } = manifest.decode;
  const inset = cropMarginNorm / (1 + 2 * cropMarginNorm);
  const [insetX, insetY] = [widthPx * inset, heightPx * inset];
  const whole: [number, number, number, number] = [
    insetX,
    insetY,
    widthPx - insetX,
    heightPx - insetY,
  ];
  const boxXyxyPx = (sample as SignSample).boxXyxyPx ?? whole;
  const detections = [{ classId: 0, score: 1, trackId: 0, boxXyxyPx }];
  return { stage: 'detection' as const, detections };
}
