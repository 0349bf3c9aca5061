import type { Bundle } from '../../src/bundle/bundle.js';
import type { CropOutputSpec } from '../../src/bundle/crop-spec.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { signClasses } from '../../src/perception/classes.js';
import { didYouMean } from '../../src/text/nearest-word.js';
import { cutOut } from '../../tools/datasets/cut-out.js';
import type { RgbImage } from '../../tools/datasets/sample.js';
import { BundleRunner } from '../../tools/evaluate/bundle-runner.js';
import { createRandom } from '../../tools/train/random.js';
import { loadAssets } from '../world/assets.js';
import { learnSticker } from './learn-sticker.js';
import { asDetection, SignStage, type SignView } from './sign-view.js';
import { faceWith, type Sticker, stickerByChance } from './sticker.js';

/** Edge of the sign, metres: the usual size of a stop sign. */
export const signSizeM = 0.9;
/** Cells along the sticker's edge. */
const side = 14;

export interface StickerOptions {
  /** A class of the network. */
  className: string;
  /** Class that it should be misread as; any other class if omitted. */
  target?: string;
  sizeCm: number;
  distancesM: readonly number[];
  turnedDegrees: readonly number[];
  /** Number of worlds and lights for each cell of the table. */
  scenes: number;
  seed: number;
  onProgress?: (done: number, total: number) => void;
}

export const looks = ['bare', 'by chance', 'learnt'] as const;
export type Look = (typeof looks)[number];

/** The network's readings from one distance and angle. */
export interface StickerCell {
  distanceM: number;
  turnedDegrees: number;
  /** Mean height of the sign's box, pixels. */
  heightPx: number;
  /** Number of right, wrong and missing readings (below the threshold) by look, of `count`. */
  read: Readonly<Record<Look, { right: number; wrong: number; none: number }>>;
  count: number;
  /** The class that the sign with the learnt sticker is most often read as. */
  mostly: string;
  /** The sign in the first scene, by look. */
  shown: Readonly<Record<Look, RgbImage>>;
}

export interface StickerReport {
  className: string;
  target?: string;
  sizeCm: number;
  sticker: Sticker;
  cells: StickerCell[];
}

/**
 * Learns a sticker on some of the scenes and reads the sign with it in others. Throws ERR_USAGE for an invalid class
 * or size.
 */
export async function trySticker(bundle: Bundle, options: StickerOptions): Promise<StickerReport> {
  const { className, target, sizeCm, distancesM, turnedDegrees, scenes, seed, onProgress } =
    options;
  const { decode, task } = bundle.manifest;
  if (decode.kind !== 'signs')
    throw new PerceptionError('ERR_USAGE', `--method sticker: expected signs, found ${task}`);
  const classId = classNamed(decode, '--class', className);
  const targetId = target === undefined ? undefined : classNamed(decode, '--target', target);
  const drawnId = (signClasses as readonly string[]).indexOf(className);
  if (drawnId < 0)
    throw new PerceptionError(
      'ERR_USAGE',
      `--class: expected a sign that the simulator draws, found ${className}`,
    );
  const size = sizeCm / 100 / signSizeM;
  if (!(size > 0 && size <= 0.7))
    throw new PerceptionError(
      'ERR_USAGE',
      `--size-cm: expected more than 0 up to ${signSizeM * 70} cm on a sign of ${signSizeM * 100} cm, found ${sizeCm}`,
    );
  const assets = await loadAssets();
  // Below the middle, as low as the face allows.
  const place = { left: 0.5 - size / 2, top: Math.min(0.5, 0.93 - size), size };
  const stage = new SignStage(assets, { classId: drawnId, sizeM: signSizeM });
  const byChance = stickerByChance(side, createRandom(seed));
  const views: SignView[] = distancesM.flatMap((distanceM) =>
    turnedDegrees.map((degrees, i) => ({
      distanceM: distanceM * 1.1,
      turnedRad: ((degrees + 5) * Math.PI) / 180,
      seed: seed + 1000 + (i % 2),
    })),
  );
  const total = views.length + distancesM.length * turnedDegrees.length;
  let done = 0;
  const step = () => onProgress?.(++done, total);
  const sticker = await learnSticker(bundle, stage, byChance, {
    ...{ views, place, classId, onProgress: step },
    ...(targetId !== undefined && { targetId }),
  });
  const faces = {
    bare: stage.face,
    'by chance': faceWith(stage.face, place, byChance),
    learnt: faceWith(stage.face, place, sticker),
  };
  const runner = await BundleRunner.open(bundle, undefined);
  const cells: StickerCell[] = [];
  try {
    for (const distanceM of distancesM)
      for (const degrees of turnedDegrees) {
        const turnedRad = (degrees * Math.PI) / 180;
        const read = {} as Record<Look, { right: number; wrong: number; none: number }>;
        const shown = {} as Record<Look, RgbImage>;
        const wrong = new Map<string, number>();
        let [heightPx, count] = [0, 0];
        for (const look of looks) {
          const tally = { right: 0, wrong: 0, none: 0 };
          for (let scene = 0; scene < scenes; scene++) {
            const sign = stage.see({ distanceM, turnedRad, seed: seed + scene }, faces[look]);
            if (sign === undefined) continue;
            const result = await runner.run(sign.picture, asDetection(sign));
            const id =
              result.stage === 'signs' ? readingOf(decode, result.batch.probabilities) : -1;
            if (id === classId) tally.right++;
            else if (id < 0) tally.none++;
            else tally.wrong++;
            if (look === 'bare') {
              heightPx += sign.boxXyxyPx[3] - sign.boxXyxyPx[1];
              count++;
            }
            if (look === 'learnt' && id !== classId) {
              const name = id < 0 ? 'not read' : decode.classes[id]!;
              wrong.set(name, (wrong.get(name) ?? 0) + 1);
            }
            shown[look] ??= cutOut(sign.picture, grown(sign.boxXyxyPx));
          }
          read[look] = tally;
        }
        const [mostly = [className, 0]] = [...wrong].sort((a, b) => b[1] - a[1]);
        cells.push({
          ...{ distanceM, turnedDegrees: degrees, read, shown, count, mostly: mostly[0] },
          heightPx: heightPx / Math.max(1, count),
        });
        step();
      }
  } finally {
    await runner.dispose();
  }
  return { className, ...(target !== undefined && { target }), sizeCm, sticker, cells };
}

/** The class of the first crop, -1 below the threshold. */
function readingOf({ classes, abstainBelow }: CropOutputSpec, probabilities: Float32Array): number {
  const shares = probabilities.subarray(0, classes.length);
  const best = shares.reduce((top, share, i) => (share > shares[top]! ? i : top), 0);
  return shares[best]! < abstainBelow ? -1 : best;
}

function classNamed({ classes }: CropOutputSpec, option: string, name: string): number {
  const classId = classes.indexOf(name);
  if (classId >= 0) return classId;
  throw new PerceptionError(
    'ERR_USAGE',
    `${option}: expected a class of the bundle, found ${name}${didYouMean(name, classes)}`,
  );
}

function grown([left, top, right, bottom]: readonly [number, number, number, number]) {
  const margin = (right - left) * 0.15;
  return [left - margin, top - margin, right + margin, bottom + margin] as [
    number,
    number,
    number,
    number,
  ];
}
