import { median } from '../../src/frame/median.js';

/** Memory of the pipeline's process after so many published frames, bytes. */
export interface MemorySample {
  frames: number;
  /** Of the whole process, every thread. */
  rssBytes: number;
  /** Of the main thread's own heap and buffers. */
  heapUsedBytes: number;
  arrayBuffersBytes: number;
}

export interface MemoryGrowth {
  frames: number;
  rssBytesAtStart: number;
  rssBytesAtEnd: number;
  /** End over start, less one. */
  rssShare: number;
  rssBytesPer1000Frames: number;
  arrayBuffersBytesPer1000Frames: number;
}

/** Share of the samples that start and end are taken from. */
const edgeShare = 0.1;

/**
 * How much a process grew: the median of the last tenth of its samples over that of the first tenth, so that
 * one collection of garbage at either end says nothing. Undefined with fewer than four samples.
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
