import { PerceptionError } from '../../src/frame/perception-error.js';

/**
 * Throws ERR_INFERENCE, naming the sample, if a network's answer contains non-finite numbers: the rig then keeps
 * its last answer, but a score over such answers would be meaningless.
 */
export function requireFinite(answer: ArrayLike<number>, sampleId: string, where: string): void {
  for (let i = 0; i < answer.length; i++) {
    if (Number.isFinite(answer[i])) continue;
    throw new PerceptionError(
      'ERR_INFERENCE',
      `${where}: expected finite numbers for ${sampleId}, found ${answer[i]}`,
    );
  }
}
