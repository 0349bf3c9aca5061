import { closeSync, existsSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownThreadId } from './thread-times.js';

/**
 * What a pipeline is doing, in a file that outlives it: each thread overwrites its own record, and the supervisor reads
 * them whenever it wants. The file is in memory and has no name; both processes hold it by its descriptor. A write takes
 * microseconds, never waits for the reader, and survives a crash in native code or a SIGKILL, which leave no time to send
 * anything.
 *
 * Layout, little-endian: a record of 64 bytes for the main thread, one for each lane, then the path of the recording
 * (uint32 length, UTF-8). A record is
 *
 *     0 uint32 step   4 uint8 state   5 uint8 length of the stage's name   8 float64 frame id
 *     16 float64 frames published     24 the stage's name     56 uint32 thread id     60 uint32 step again
 *
 * The two steps differ only in a record that was read while it was written.
 */
const recordBytes = 64;
const at = {
  step: 0,
  state: 4,
  nameLength: 5,
  frameId: 8,
  published: 16,
  name: 24,
  threadId: 56,
  stepAgain: 60,
};
const maxNameBytes = at.threadId - at.name;
/** As many as a pipeline file may have. */
const maxLanes = 8;
const pathAt = recordBytes * (1 + maxLanes);
const maxPathBytes = 4096;
const boxBytes = pathAt + 4 + maxPathBytes;

const mainStates = ['starting', 'running', 'ended'] as const;
const laneStates = ['idle', 'loading', 'at-stage'] as const;

/** A thread as last seen. */
export interface ThreadRecord {
  /** Changes with every sign of life; for a lane, with every stage that begins or ends. */
  step: number;
  /** The system's thread id; 0 if unknown. */
  threadId: number;
}

export interface MainRecord extends ThreadRecord {
  /** `running` from the first published frame on; `ended` after a successful end. */
  state: (typeof mainStates)[number];
  framesPublished: number;
  /** The last one published; -1 before the first. */
  frameId: number;
}

export interface LaneRecord extends ThreadRecord {
  state: (typeof laneStates)[number];
  /** Current frame and stage, if the state is `at-stage`. */
  frameId: number;
  stage: string;
}

export interface BlackBox {
  main: MainRecord;
  /** Those that have started. */
  lanes: readonly LaneRecord[];
  /** Where results are recorded; empty if they are not. */
  recordingPath: string;
}

/** Makes an empty black box; returns its descriptor, which the caller closes. */
export function openBlackBox(): number {
  // In memory if the system has a place for that: a busy disk must not slow a lane.
  const dir = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const path = join(dir, `windshield-black-box-${process.pid}-${process.hrtime.bigint()}`);
  const fd = openSync(path, 'wx+', 0o600);
  try {
    rmSync(path);
    writeSync(fd, new Uint8Array(boxBytes), 0, boxBytes, 0);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Writes a thread's own record. Calls return within microseconds and do not need a reader. */
class RecordWriter {
  readonly #fd: number;
  readonly #positionBytes: number;
  readonly #record = Buffer.alloc(recordBytes);
  #step = 0;

  constructor(fd: number, index: number, threadId: number) {
    this.#fd = fd;
    this.#positionBytes = index * recordBytes;
    this.#record.writeUInt32LE(threadId, at.threadId);
  }

  protected write(state: number, frameId: number, framesPublished: number, name: string): void {
    const record = this.#record;
    this.#step = (this.#step + 1) >>> 0;
    record.writeUInt32LE(this.#step, at.step);
    record.writeUInt8(state, at.state);
    record.writeDoubleLE(frameId, at.frameId);
    record.writeDoubleLE(framesPublished, at.published);
    record.writeUInt8(record.write(name, at.name, maxNameBytes), at.nameLength);
    record.writeUInt32LE(this.#step, at.stepAgain);
    writeSync(this.#fd, record, 0, recordBytes, this.#positionBytes);
  }
}

/** Writes the main thread's record. */
export class MainWriter extends RecordWriter {
  readonly #fd: number;
  #state = 0;
  #frameId = -1;
  #framesPublished = 0;

  constructor(fd: number) {
    super(fd, 0, ownThreadId());
    this.#fd = fd;
  }

  /** A sign of life. */
  beat(): void {
    this.write(this.#state, this.#frameId, this.#framesPublished, '');
  }

  /** `framesPublished` includes this one. */
  published(frameId: number, framesPublished: number): void {
    this.#state = mainStates.indexOf('running');
    this.#frameId = frameId;
    this.#framesPublished = framesPublished;
    this.beat();
  }

  /** Everything has ended successfully; only the end of the process follows. */
  ended(): void {
    this.#state = mainStates.indexOf('ended');
    this.beat();
  }

  /** Results go to this file from now on. */
  recordsTo(path: string): void {
    const bytes = Buffer.from(path);
    if (bytes.length > maxPathBytes) return;
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    writeSync(this.#fd, Buffer.concat([length, bytes]), 0, 4 + bytes.length, pathAt);
  }
}

/** Writes a lane's record, in the lane's thread; the conducting thread uses one while that thread does not run. */
export class LaneWriter extends RecordWriter {
  constructor(fd: number, laneIndex: number) {
    super(fd, 1 + laneIndex, ownThreadId());
  }

  /** The thread starts, loads its networks and builds its tables. */
  loading(): void {
    this.write(laneStates.indexOf('loading'), -1, 0, '');
  }

  /** The stage begins now. */
  atStage(frameId: number, stage: string): void {
    this.write(laneStates.indexOf('at-stage'), frameId, 0, stage);
  }

  idle(): void {
    this.write(laneStates.indexOf('idle'), -1, 0, '');
  }
}

/** Reads the complete box; undefined if a thread was writing to it at each of several tries. */
export function readBlackBox(fd: number): BlackBox | undefined {
  const bytes = Buffer.alloc(boxBytes);
  for (let tries = 0; tries < 5; tries++) {
    readSync(fd, bytes, 0, boxBytes, 0);
    const records = Array.from({ length: 1 + maxLanes }, (_, index) =>
      bytes.subarray(index * recordBytes, (index + 1) * recordBytes),
    );
    if (records.every(isWhole)) return parse(records, bytes.subarray(pathAt));
  }
  return undefined;
}

const isWhole = (record: Buffer) =>
  record.readUInt32LE(at.step) === record.readUInt32LE(at.stepAgain);

function parse([main, ...lanes]: Buffer[], path: Buffer): BlackBox {
  const started = lanes.filter((lane) => lane.readUInt32LE(at.step) > 0);
  return {
    main: {
      step: main!.readUInt32LE(at.step),
      threadId: main!.readUInt32LE(at.threadId),
      state: mainStates[main!.readUInt8(at.state)] ?? 'starting',
      framesPublished: main!.readDoubleLE(at.published),
      frameId: main!.readUInt32LE(at.step) === 0 ? -1 : main!.readDoubleLE(at.frameId),
    },
    lanes: started.map((lane) => ({
      step: lane.readUInt32LE(at.step),
      threadId: lane.readUInt32LE(at.threadId),
      state: laneStates[lane.readUInt8(at.state)] ?? 'idle',
      frameId: lane.readDoubleLE(at.frameId),
      stage: lane.toString('utf8', at.name, at.name + lane.readUInt8(at.nameLength)),
    })),
    recordingPath: path.toString('utf8', 4, 4 + path.readUInt32LE(0)),
  };
}
