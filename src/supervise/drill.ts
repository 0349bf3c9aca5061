import { PerceptionError } from '../frame/perception-error.js';

const faults = ['hang', 'crash', 'throw', 'die'] as const;

/** A fault that is injected on purpose. Plain data: it crosses threads. */
export interface Drill {
  /** In which life of the pipeline. */
  epoch: number;
  /** At the first frame of this id or a later one that reaches the stage. */
  frameId: number;
  stage: string;
  /**
   * `hang`: the lane's thread never returns, as in a driver that waits for ever. `crash`: a segmentation fault of the
   * process. `throw`: an uncaught error ends the thread. `die`: the thread ends silently.
   */
  fault: (typeof faults)[number];
}

/**
 * Reads drills: `<epoch>:<frame id>:<stage>:<fault>`, separated by commas, such as
 * `0:40:segmentation:hang,1:25:detection:crash`. Throws ERR_USAGE.
 */
export function parseDrills(text: string): Drill[] {
  const parts = text.split(',').filter((part) => part.trim() !== '');
  return parts.map((part) => {
    const [, epoch, frameId, stage, fault] =
      /^\s*(\d+):(\d+):([a-z]+):([a-z]+)\s*$/.exec(part) ?? [];
    const known = faults.find((name) => name === fault);
    if (stage === undefined || known === undefined)
      throw new PerceptionError(
        'ERR_USAGE',
        `drill: expected <epoch>:<frame id>:<stage>:<${faults.join('|')}>, found "${part}"`,
      );
    return { epoch: Number(epoch), frameId: Number(frameId), stage, fault: known };
  });
}

/** Injects the fault that is due at this stage of this frame, if any. */
export function runDrill(drills: readonly Drill[], frameId: number, stage: string): void {
  const due = drills.find((drill) => drill.stage === stage && frameId >= drill.frameId);
  switch (due?.fault) {
    case 'hang':
      waitForEver();
      break;
    case 'crash':
      process.kill(process.pid, 'SIGSEGV');
      // Another thread may take the signal; a real fault would not let this one continue.
      waitForEver();
      break;
    case 'throw':
      // Bypasses every handler of the lane, as an error in the runtime's own callbacks would.
      setImmediate(() => {
        throw new Error(`drill at ${stage} of frame ${frameId}`);
      });
      break;
    case 'die':
      process.exit(1);
  }
}

/** Blocks the thread, as native code does. */
function waitForEver(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
