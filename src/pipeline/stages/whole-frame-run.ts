import { nowNs } from '../../frame/clock.js';
import { buildRemapTable, preprocessInto } from '../../preprocess/remap-table.js';
import type { StageResult } from './stage-result.js';
import type { StageRunner, StageSetup } from './stage-runner.js';

/** A stage that reads the whole frame: one remap table, one run, and `decode` of the session's outputs. */
export function runsOnWholeFrame(setup: StageSetup, decode: () => StageResult): StageRunner {
  const { bundle, session, frame, camera } = setup;
  const table = buildRemapTable(bundle.manifest.input.spec, frame, camera);
  return {
    async run(pixels) {
      const startNs = nowNs();
      preprocessInto(table, pixels, session.input);
      const preprocessEndNs = nowNs();
      await session.run();
      const inferenceEndNs = nowNs();
      const result = decode();
      return { result, marks: { startNs, preprocessEndNs, inferenceEndNs, endNs: nowNs() } };
    },
  };
}
