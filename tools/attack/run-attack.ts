import type { Bundle } from '../../src/bundle/bundle.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import type { Dataset } from '../datasets/sample.js';
import { createRandom, type Random } from '../train/random.js';
import { attackTargets, type NamedTarget } from './attack-targets.js';
import { AttackedNetwork } from './attacked-network.js';
import { learnPatch, patchByChance, withPatch } from './patch.js';

export type AttackMethod = 'fgsm' | 'pgd' | 'universal' | 'patch' | 'noise';

export interface AttackOptions {
  method: AttackMethod;
  /** Grey levels, 0 < eps <= 255; for `patch` the sides as shares of the shorter edge, 0 < side <= 1. */
  sizes: readonly number[];
  count: number;
  seed: number;
  onProgress?: (done: number, total: number) => void;
}

/** What remains of the answers at one size. */
export interface AttackPoint {
  size: number;
  /** Mean share of the clean answer that is kept, 0..1: under the attack, and under noise of the same size. */
  kept: number;
  keptUnderNoise: number;
  /** Signs: share of correct answers by the labels. */
  accuracy?: number;
  accuracyUnderNoise?: number;
}

/** One picture before and after the attack, as the network receives it. */
export interface AttackedPicture {
  id: string;
  clean: Float32Array;
  attacked: Float32Array;
  saidBefore: string;
  saysNow: string;
}

export interface AttackReport {
  method: AttackMethod;
  pictures: number;
  /** Signs: accuracy on the clean pictures. */
  cleanAccuracy?: number;
  points: AttackPoint[];
  /**
   * The size at which half of the answers have turned, interpolated between measured sizes; undefined if it lies
   * beyond them.
   */
  medianSize: number | undefined;
  /** A few, at the largest size. */
  shown: AttackedPicture[];
}

const mostShown = 6;

/** Throws ERR_USAGE for sizes out of range and for networks that have no backward pass. */
export async function runAttack(
  bundle: Bundle,
  dataset: Dataset,
  options: AttackOptions,
): Promise<AttackReport> {
  const { method, sizes, count, seed, onProgress } = options;
  requireSizes(method, sizes);
  const network = new AttackedNetwork(bundle);
  try {
    const all = await attackTargets(bundle, network, dataset, count);
    // A perturbation shared by all pictures is learnt on every second one and measured on the others.
    const isLearnt = method === 'universal' || method === 'patch';
    const learnt = isLearnt ? all.filter((_, i) => i % 2 === 0) : [];
    const measured = isLearnt ? all.filter((_, i) => i % 2 === 1) : all;
    if (measured.length === 0)
      throw new PerceptionError('ERR_USAGE', `expected at least 2 pictures, found ${all.length}`);
    const points: AttackPoint[] = [];
    let shown: AttackedPicture[] = [];
    for (const [index, size] of sizes.entries()) {
      const random = createRandom(seed + index);
      const turn = attackOf(network, bundle, options, size, learnt, random);
      const attacked = measured.map((target, i) => {
        onProgress?.(index * measured.length + i + 1, sizes.length * measured.length);
        return turn.attack(target);
      });
      const noisy = measured.map((target) => turn.noise(target));
      points.push(pointOf(network, size, measured, attacked, noisy));
      shown = measured.slice(0, mostShown).map((target, i) => ({
        id: target.id,
        clean: target.input,
        attacked: attacked[i]!,
        saidBefore: network.says(target, target.input),
        saysNow: network.says(target, attacked[i]!),
      }));
    }
    const right = measured.filter(({ isRight }) => isRight).length;
    return {
      method,
      pictures: measured.length,
      ...(measured[0]!.isRight !== undefined && { cleanAccuracy: right / measured.length }),
      points,
      medianSize: medianOf(points),
      shown,
    };
  } finally {
    network.release();
  }
}

function requireSizes(method: AttackMethod, sizes: readonly number[]): void {
  const most = method === 'patch' ? 1 : 255;
  const wrong = sizes.find((size) => !(size > 0 && size <= most));
  if (wrong === undefined && sizes.length > 0) return;
  const what =
    method === 'patch'
      ? 'a side of more than 0 up to 1 of the shorter edge'
      : 'an epsilon of more than 0 up to 255 grey levels';
  throw new PerceptionError('ERR_USAGE', `--eps: expected ${what}, found ${wrong ?? 'none'}`);
}

type Turn = (target: NamedTarget) => Float32Array;

function attackOf(
  network: AttackedNetwork,
  bundle: Bundle,
  { method }: AttackOptions,
  size: number,
  learnt: readonly NamedTarget[],
  random: Random,
): { attack: Turn; noise: Turn } {
  const noise: Turn = (target) => network.noise(target, size, random);
  switch (method) {
    case 'noise':
      return { attack: noise, noise };
    case 'fgsm':
      return { attack: (target) => network.fgsm(target, size), noise };
    case 'pgd':
      return { attack: (target) => network.pgd(target, size, random), noise };
    case 'universal': {
      const change = network.universal(learnt, size);
      return { attack: (target) => network.changed(target, change), noise };
    }
    case 'patch': {
      const first = patchByChance(bundle.manifest.input.spec, size, random);
      const patch = learnPatch(network, learnt, first);
      return {
        attack: ({ input }) => withPatch(input, patch),
        noise: ({ input }) => withPatch(input, first),
      };
    }
  }
}

function pointOf(
  network: AttackedNetwork,
  size: number,
  targets: readonly NamedTarget[],
  attacked: readonly Float32Array[],
  noisy: readonly Float32Array[],
): AttackPoint {
  const kept = (inputs: readonly Float32Array[]) =>
    targets.map((target, i) => network.kept(target, inputs[i]!));
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [under, underNoise] = [kept(attacked), kept(noisy)];
  const isLabelled = targets[0]!.isRight !== undefined;
  // A wrong answer that turned may be right by luck, so it does not count.
  const right = (shares: readonly number[]) =>
    mean(shares.map((share, i) => (targets[i]!.isRight ? share : 0)));
  return {
    size,
    kept: mean(under),
    keptUnderNoise: mean(underNoise),
    ...(isLabelled && { accuracy: right(under), accuracyUnderNoise: right(underNoise) }),
  };
}

/** Size at which the kept share falls below a half, by linear interpolation from 1 at size 0. */
function medianOf(points: readonly AttackPoint[]): number | undefined {
  let [size, kept] = [0, 1];
  for (const point of points.toSorted((a, b) => a.size - b.size)) {
    if (point.kept < 0.5) return size + ((kept - 0.5) / (kept - point.kept)) * (point.size - size);
    [size, kept] = [point.size, point.kept];
  }
  return undefined;
}
