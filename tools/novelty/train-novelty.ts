import { createHash } from 'node:crypto';
import type { Bundle } from '../../src/bundle/bundle.js';
import type { Manifest } from '../../src/bundle/manifest.js';
import type { NoveltyOutputSpec } from '../../src/bundle/novelty-spec.js';
import { cameraOf } from '../../src/capture/camera-of.js';
import { readInput } from '../../src/files/read-input.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { NativeSession } from '../../src/inference/native-session.js';
import { NetworkGraph } from '../../src/onnx/network-graph.js';
import { RecordingReader } from '../../src/recording/recording-reader.js';
import { readAutoencoderSpec } from '../autoencoder/autoencoder-file.js';
import {
  autoencoderInput,
  autoencoderPx,
  inputName,
  pictureValues,
} from '../autoencoder/autoencoder-spec.js';
import { PictureSet, SmallPictureMaker } from '../autoencoder/small-pictures.js';
import { trainAutoencoder } from '../autoencoder/train-autoencoder.js';
import { picturesOf } from '../similar/code-drive.js';
import { tolerance } from '../train/make-bundle.js';
import { makeGolden } from '../train/make-golden.js';
import { alarmsOf, alarmThreshold, type JudgedDrive } from './alarm-threshold.js';
import {
  distanceName,
  errorName,
  featureCount,
  featureNetwork,
  featuresName,
  noveltyNetwork,
} from './novelty-network.js';
import { ordinaryOf } from './ordinary.js';

export interface NoveltyRequest {
  /** Recordings of ordinary drives. */
  drives: readonly string[];
  /** Every n-th of them is held out for the threshold. */
  holdOutEvery: number;
  /** Seconds between frames that are read. */
  everyS: number;
  /** A file of trainAutoencoder to use instead of training one; `codeSize`, `isDenoising` and `steps` are then ignored. */
  autoencoder?: string;
  codeSize: number;
  isDenoising: boolean;
  steps: number;
  seed: number;
  /** Target rate of false alarms. */
  alarmsPerMinute: number;
  beginS: number;
  endS: number;
  threads?: number;
  command: string;
  onProgress?: (step: number, loss: number) => void;
  onNote?: (line: string) => void;
  signal?: AbortSignal;
}

export interface TrainedNovelty {
  bundle: Bundle;
  pictures: number;
  heldOutMinutes: number;
  /** Alarms on the held-out drives, from which the threshold was chosen. */
  heldOutAlarms: number;
}

interface ReadDrive {
  timesS: number[];
  pictures: PictureSet;
}

/**
 * Trains an autoencoder on ordinary drives, learns the distribution of their features, and chooses the threshold on
 * held-out drives. Each drive's lens is corrected as on the rig. Rejects with ERR_TRAINING for too few frames or
 * drives, and as RecordingReader does.
 */
export async function trainNovelty(request: NoveltyRequest): Promise<TrainedNovelty> {
  const { drives, holdOutEvery, onNote, alarmsPerMinute, beginS, endS } = request;
  const isHeldOut = (place: number) => place % holdOutEvery === holdOutEvery - 1;
  if (!drives.some((_, place) => isHeldOut(place)))
    throw new PerceptionError(
      'ERR_TRAINING',
      `novelty: expected ${holdOutEvery} drives or more, of which one is held out, found ${drives.length}`,
    );
  const ordinary = new PictureSet();
  const heldOut: ReadDrive[] = [];
  for (const [place, path] of drives.entries()) {
    const pictures = isHeldOut(place) ? new PictureSet() : ordinary;
    const before = pictures.count;
    const timesS = await readDrive(path, request.everyS, pictures);
    if (isHeldOut(place)) heldOut.push({ timesS, pictures });
    onNote?.(`${path}: ${pictures.count - before} frames${isHeldOut(place) ? ', held out' : ''}`);
  }
  const where = request.autoencoder ?? 'the trained autoencoder';
  const { bytes, spec } = await autoencoderOf(request, ordinary);
  const size = featureCount(spec.codeSize);
  const watch = new FeatureWatch(featureNetwork(bytes, where), size);
  const stay = ordinaryOf(watch.featuresOf(ordinary), size);
  watch.release();
  const network = noveltyNetwork(bytes, stay, where);
  const judge = new DistanceWatch(network);
  const judged = heldOut.map((drive) => judge.judge(drive));
  judge.release();
  const threshold = alarmThreshold(judged, { alarmsPerMinute, beginS });
  const decode: NoveltyOutputSpec = {
    kind: 'novelty',
    error: errorName,
    distance: distanceName,
    threshold: Number(threshold.toPrecision(6)),
    falseAlarmsPerMinute: alarmsPerMinute,
    beginS,
    endS,
  };
  const heldOutAlarms = judged.reduce((sum, drive) => sum + alarmsOf(drive, decode).length, 0);
  const heldOutMinutes = judged.reduce((sum, { timesS }) => sum + minutesOf(timesS), 0);
  const scores = { minutes: heldOutMinutes, alarms: heldOutAlarms };
  return {
    bundle: bundleOf(network, decode, request, { pictures: ordinary.count, scores }),
    pictures: ordinary.count,
    heldOutMinutes,
    heldOutAlarms,
  };
}

async function autoencoderOf(request: NoveltyRequest, ordinary: PictureSet) {
  const { autoencoder: path } = request;
  if (path === undefined) return trainAutoencoder(ordinary, undefined, request);
  const bytes = readInput(path, { code: 'ERR_BUNDLE', what: 'an autoencoder' });
  return { bytes, spec: readAutoencoderSpec(bytes, path) };
}

/** Minutes from the first frame to the last. */
const minutesOf = (timesS: readonly number[]) => ((timesS.at(-1) ?? 0) - (timesS[0] ?? 0)) / 60;

/** Adds a drive's frames; resolves with their times. */
async function readDrive(path: string, everyS: number, set: PictureSet): Promise<number[]> {
  const maker = new SmallPictureMaker(await cameraOf('recording', path));
  const reader = await RecordingReader.open(path);
  const timesS: number[] = [];
  try {
    for await (const picture of picturesOf(reader, undefined, everyS)) {
      set.add(maker.make(picture));
      timesS.push(picture.timeS);
    }
  } finally {
    await reader.close();
  }
  return timesS;
}

const inputDims = [1, 3, autoencoderPx.heightPx, autoencoderPx.widthPx];

class FeatureWatch {
  readonly #session: NativeSession;
  readonly #size: number;

  constructor(network: Uint8Array, size: number) {
    this.#session = NativeSession.load(network, 'the features');
    this.#size = size;
  }

  /** Row-major [count, size]. */
  featuresOf(pictures: PictureSet): Float64Array {
    const all = new Float64Array(pictures.count * this.#size);
    const data = new Float32Array(pictureValues);
    for (let index = 0; index < pictures.count; index++) {
      pictures.read(index, data);
      const feed = { [inputName]: { type: 'float32' as const, dims: inputDims, data } };
      const { [featuresName]: found } = this.#session.answer(feed, [featuresName]);
      all.set(found!.data as Float32Array, index * this.#size);
    }
    return all;
  }

  release(): void {
    this.#session.release();
  }
}

class DistanceWatch {
  readonly #session: NativeSession;

  constructor(network: Uint8Array) {
    this.#session = NativeSession.load(network, 'the gate');
  }

  judge({ timesS, pictures }: ReadDrive): JudgedDrive {
    const data = new Float32Array(pictureValues);
    const distances = timesS.map((_, index) => {
      pictures.read(index, data);
      const feed = { [inputName]: { type: 'float32' as const, dims: inputDims, data } };
      return Number(this.#session.answer(feed, [distanceName])[distanceName]!.data[0]);
    });
    return { timesS, distances };
  }

  release(): void {
    this.#session.release();
  }
}

function parametersOf(network: Uint8Array): number {
  const graph = NetworkGraph.read(network, 'the gate');
  const lengths = [...graph.constants.keys()].map((name) => graph.floats(name)?.values.length ?? 0);
  return lengths.reduce((sum, length) => sum + length, 0);
}

function bundleOf(
  network: Uint8Array,
  decode: NoveltyOutputSpec,
  { drives, seed, command }: NoveltyRequest,
  { pictures, scores }: { pictures: number; scores: Record<string, number> },
): Bundle {
  const input = { name: inputName, shape: inputDims };
  const outputs = [errorName, distanceName].map((name) => ({ name, shape: [1, 1] }));
  const float = { dtype: 'float32' as const };
  const manifest: Manifest = {
    schemaVersion: 1,
    task: 'novelty',
    name: 'windshield_novelty',
    version: '1.0.0',
    network: {
      file: 'model.onnx',
      sha256: createHash('sha256').update(network).digest('hex'),
      parameters: parametersOf(network),
    },
    input: { tensor: { ...input, ...float }, spec: autoencoderInput },
    outputs: outputs.map((output) => ({ ...output, ...float })),
    decode,
    training: {
      data: [{ name: `${drives.length} drives`, count: pictures, licence: 'yours' }],
      seed,
      command,
    },
    use: 'unknown',
    scores: { 'held-out drives': scores },
    tolerance,
  };
  const golden = makeGolden({ bytes: network, input, outputs }, autoencoderInput);
  return { manifest, golden, network, where: 'the trained gate' };
}
