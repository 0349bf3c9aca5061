// A separate process for one unit, so that a crash, a hang or excessive memory affects nothing else.
import { hasErrorCode } from '../../../src/frame/perception-error.js';
import { runUnit, type UnitPhase, type UnitRequest, type UnitStep } from './run-unit.js';
import type { UnitRecord } from './unit-record.js';

/** Messages of the process to its parent. */
export type UnitMessage =
  | { type: 'ready' }
  | ({ type: 'step' } & UnitStep)
  | { type: 'done'; record: UnitRecord }
  | { type: 'failed'; code: string | undefined; message: string };

/** How it ended. */
export type UnitAnswer = Extract<UnitMessage, { type: 'done' | 'failed' }>;

/** Minimum interval between signs of life, milliseconds. */
const tellMs = 200;

const tell = (message: UnitMessage) =>
  new Promise<void>((resolve) => process.send?.(message, () => resolve()));

// Loading until here takes longer on a busy machine, and is no sign of a drive that hangs.
void tell({ type: 'ready' });
// Without its parent nobody would account for its work.
process.on('disconnect', () => process.exit(1));
// The parent decides when a unit ends.
process.on('SIGINT', () => {});
process.once('message', async (request: UnitRequest) => {
  let toldMs = 0;
  let told: UnitPhase | undefined;
  try {
    const record = await runUnit(request, (step) => {
      const nowMs = performance.now();
      if (step.phase === told && nowMs - toldMs < tellMs) return;
      toldMs = nowMs;
      told = step.phase;
      void tell({ type: 'step', ...step });
    });
    await tell({ type: 'done', record });
    process.exit(0);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    await tell({ type: 'failed', code: hasErrorCode(error) ? error.code : undefined, message });
    process.exit(1);
  }
});
