import { mulberry32 } from '../bundle/golden.js';
import { frameBytes } from '../frame/frame.js';
import { PerceptionError } from '../frame/perception-error.js';
import type { FrameInput } from './frame-input.js';
import type { StageSetup } from './stage-setup.js';

/**
 * Largest difference between host and device, as a share of an output's largest value. Both weight pixels alike but round
 * differently: a device weights in float32, the kernels here in steps of 1/256.
 */
const toleranceNorm = 0.02;
/** Seed of the frame that both see. */
const seed = 1;

/**
 * Proves preprocessing on the device against the certified path through this thread's kernel: both see one frame of
 * smooth shades, and the network's answers must agree. If they do not, resolves with false if `allowUncertified` is set,
 * else rejects with ERR_BUNDLE_UNCERTIFIED.
 */
export async function certifyDeviceInput(
  device: FrameInput,
  host: FrameInput,
  { bundle, frame }: Pick<StageSetup, 'bundle' | 'frame'>,
  allowUncertified: boolean,
): Promise<boolean> {
  const pixels = shades(frameBytes(frame), frame.strideBytes);
  for (const input of [host, device]) {
    input.take(pixels);
    await input.session.run();
  }
  const { worstNorm, where } = compare(host.session.outputs, device.session.outputs);
  if (worstNorm <= toleranceNorm) return true;
  if (allowUncertified) return false;
  throw new PerceptionError(
    'ERR_BUNDLE_UNCERTIFIED',
    `${bundle.where}: expected preprocessing on ${device.session.provider} to change no answer by more than ${toleranceNorm} of its range, found ${worstNorm.toPrecision(3)} in ${where}; preprocess: host does without`,
  );
}

type Outputs = Readonly<Record<string, Float32Array>>;

function compare(expected: Outputs, found: Outputs): { worstNorm: number; where: string } {
  let worst = { worstNorm: 0, where: '' };
  for (const [name, values] of Object.entries(expected)) {
    const range = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
    values.forEach((value, index) => {
      const differenceNorm = Math.abs((found[name]?.[index] ?? Number.NaN) - value) / range;
      // NaN compares false with everything: it must count as the worst.
      if (differenceNorm <= worst.worstNorm) return;
      const worstNorm = Number.isNaN(differenceNorm) ? Number.POSITIVE_INFINITY : differenceNorm;
      worst = { worstNorm, where: `${name}[${index}]` };
    });
  }
  return worst;
}

/** A picture that varies from place to place, without edges, at which rounded weights would matter. */
function shades(byteCount: number, strideBytes: number): Uint8Array {
  const random = mulberry32(seed);
  const [x, y] = [20 + 40 * random(), 20 + 40 * random()];
  return Uint8Array.from({ length: byteCount }, (_, i) => {
    const column = (i % strideBytes) / strideBytes;
    const row = Math.floor(i / strideBytes) / (byteCount / strideBytes);
    return 128 + 55 * Math.sin(column * x) + 55 * Math.cos(row * y);
  });
}
