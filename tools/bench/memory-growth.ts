import { median } from '../../src/frame/median.js';

/** Memory of the pipeline's process after `frames` published frames, bytes. */
export interface MemorySample {
  frames: number;
  /** Resident memory of the process, all threads. */
  rssBytes: number;
  /** Heap and buffers of the main thread. */
  heapUsedBytes: number;
  arrayBuffersBytes: number;
}

export interface MemoryGrowth {
  frames: number;
  rssBytesAtStart: number;
  rssBytesAtEnd: number;
  /** Value at the end divided by the value at the start, minus one. */
  rssShare: number;
  rssBytesPer1000Frames: number;
  arrayBuffersBytesPer1000Frames: number;
}

/** Share of the samples at each end that give the start and end values. */
const edgeShare = 0.1;

/**
 * Growth of a process: the median of the last tenth of its samples over that of the first tenth, so that a single
 * garbage collection at either end has no effect. Undefined with fewer than four samples.
 */
export function memoryGrowth(samples: readonly MemorySample[]): MemoryGrowth | undefined {
  if (samples.length < 4) return undefined;
  const edge = Math.max(2, Math.floor(samples.length * edgeShare));
  const head = samples.slice(0, edge);
  const tail = samples.slice(-edge);
  const between = (of: (sample: MemorySample) => number) =>
    median(tail.map(of)) - median(head.map(of));
  const frames = between((sample) => sample.frames);
  const rssBytesAtStart = median(head.map((sample) => sample.rssBytes));
  const grown = between((sample) => sample.rssBytes);
  return {
    frames,
    rssBytesAtStart,
    rssBytesAtEnd: rssBytesAtStart + grown,
    rssShare: grown / rssBytesAtStart,
    rssBytesPer1000Frames: (grown / frames) * 1000,
    arrayBuffersBytesPer1000Frames: (between((sample) => sample.arrayBuffersBytes) / frames) * 1000,
  };
}
