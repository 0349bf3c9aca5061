import { LaneWriter, MainWriter } from './black-box.js';
import { type Drill, parseDrills } from './drill.js';

/** Set by the supervisor for the pipeline: `<descriptor of the black box>:<epoch>:<process id of the supervisor>`. */
export const supervisedVariable = 'WINDSHIELD_SUPERVISED';
/** Faults to be made on purpose; src/supervise/drill.ts explains the form. */
export const drillVariable = 'WINDSHIELD_DRILL';

/** How often the main thread gives a sign of life, milliseconds. */
const beatMs = 100;

/** What a pipeline under a supervisor knows of it. */
export interface Supervised {
  blackBoxFd: number;
  /** The pipeline's life under this supervisor, counted from 0. */
  epoch: number;
  supervisorPid: number;
  main: MainWriter;
  /** Faults to be made in this life. */
  drills: readonly Drill[];
}

/** Undefined where nobody supervises this process. Throws ERR_USAGE for a drill that cannot be read. */
export function supervisedFromEnvironment(
  environment: NodeJS.ProcessEnv = process.env,
): Supervised | undefined {
  const told = environment[supervisedVariable];
  if (told === undefined) return undefined;
  const [fd, epoch, supervisorPid] = told.split(':').map(Number) as [number, number, number];
  const drills = parseDrills(environment[drillVariable] ?? '').filter(
    (drill) => drill.epoch === epoch,
  );
  return { blackBoxFd: fd, epoch, supervisorPid, main: new MainWriter(fd), drills };
}

/**
 * Gives signs of life from now to the end of the process. Calls `onOrphaned` when the supervisor is gone: its
 * pipeline must not go on unwatched and keep camera and port from the next one.
 */
export function startBeating({ main, supervisorPid }: Supervised, onOrphaned: () => void): void {
  main.beat();
  const timer = setInterval(() => {
    main.beat();
    if (process.ppid !== supervisorPid) onOrphaned();
  }, beatMs);
  timer.unref();
}

/** The record of one lane; for the conducting thread as well as for the lane's own. */
export const laneWriter = ({ fd, laneIndex }: LaneBlackBox) => new LaneWriter(fd, laneIndex);

/** Where a lane keeps its record; plain data, it crosses threads. */
export interface LaneBlackBox {
  fd: number;
  laneIndex: number;
}
