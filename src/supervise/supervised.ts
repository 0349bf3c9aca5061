import { LaneWriter, MainWriter } from './black-box.js';
import { type Drill, parseDrills } from './drill.js';

/** Set by the supervisor for the pipeline: `<descriptor of the black box>:<epoch>:<process id of the supervisor>`. */
export const supervisedVariable = 'WINDSHIELD_SUPERVISED';
/** Faults to inject on purpose; src/supervise/drill.ts explains the form. */
export const drillVariable = 'WINDSHIELD_DRILL';

/** How often the main thread gives a sign of life, milliseconds. */
const beatMs = 100;

/** What a supervised pipeline knows about its supervisor. */
export interface Supervised {
  blackBoxFd: number;
  /** The pipeline's life under this supervisor, counted from 0. */
  epoch: number;
  supervisorPid: number;
  main: MainWriter;
  /** Faults to inject in this life. */
  drills: readonly Drill[];
}

/** Undefined if nobody supervises this process. Throws ERR_USAGE for a drill that cannot be read. */
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
 * Gives signs of life from now to the end of the process. Calls `onOrphaned` when the supervisor is gone: an unwatched
 * pipeline must not continue and keep camera and port from the next one.
 */
export function startBeating({ main, supervisorPid }: Supervised, onOrphaned: () => void): void {
  main.beat();
  const timer = setInterval(() => {
    main.beat();
    if (process.ppid !== supervisorPid) onOrphaned();
  }, beatMs);
  timer.unref();
}

/** Returns a writer of one lane's record, for the conducting thread as well as the lane's own. */
export const laneWriter = ({ fd, laneIndex }: LaneBlackBox) => new LaneWriter(fd, laneIndex);

/** Place of a lane's record. Plain data: it crosses threads. */
export interface LaneBlackBox {
  fd: number;
  laneIndex: number;
}
