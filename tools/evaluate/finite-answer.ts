import { PerceptionError } from '../../src/frame/perception-error.js';

/**
 * Throws ERR_INFERENCE, naming the sample, where a network's answer is not made of finite numbers: the rig holds
 * its last answer then, but a score over such answers would say nothing.
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
