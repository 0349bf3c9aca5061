import { nowNs } from '../frame/clock.js';
import type { FrameInput } from './frame-input.js';
import type { StageResult } from './stage-result.js';
import type { StageRunner } from './stage-runner.js';

/** A stage that reads the whole frame: feeds it to the network, runs that once, and calls `decode` for the answer. */
export function runsOnWholeFrame(
  { session, take, preprocessedBy }: FrameInput,
  decode: () => StageResult,
): StageRunner {
  return {
    preprocessedBy,
    async run(pixels) {
      const startNs = nowNs();
      take(pixels);
      const preprocessEndNs = nowNs();
      await session.run();
      const inferenceEndNs = nowNs();
      const result = decode();
      return { result, marks: { startNs, preprocessEndNs, inferenceEndNs, endNs: nowNs() } };
    },
    dispose: () => session.dispose(),
  };
}
