import { median } from '../frame/median.js';
import { readAttachments } from './attachments.js';
import { RecordingReader } from './recording-reader.js';

/** A pause counts as a gap if it is at least this many usual intervals, and at least this many seconds. */
const gapIntervals = 5;
const gapLeastS = 0.3;

export interface TopicInfo {
  topic: string;
  schema: string;
  encoding: string;
  /** Messages that can be read, and others that the file is known to have held. */
  messages: number;
  unreadable: number;
  bytes: number;
  /** Nanoseconds, as text; absent without messages. */
  firstNs?: string;
  lastNs?: string;
  /** Messages per second between the first and the last. */
  rateHz: number | null;
  /** Unusually long pauses: their number and total length, and the longest with its offset from the file's start. */
  gaps: { count: number; totalS: number; longestS: number; longestAtS: number };
}

export interface RecordingInfo {
  path: string;
  bytes: number;
  /** The program that wrote it. */
  library: string;
  /** False if it was cut off; then `cutBytes` belong to no complete record. */
  isComplete: boolean;
  cutBytes: number;
  damagedChunks: number;
  startNs: string;
  endNs: string;
  durationS: number;
  topics: TopicInfo[];
  metadata: Record<string, Readonly<Record<string, string>>>;
  attachments: { name: string; mediaType: string; bytes: number }[];
}

/** Reads all messages of a recording and describes it. Rejects as RecordingReader.open does. */
export async function recordingInfo(path: string): Promise<RecordingInfo> {
  const reader = await RecordingReader.open(path);
  try {
    const stamps = new Map<number, { bytes: number; ns: bigint[] }>();
    for (const { id } of reader.channels) stamps.set(id, { bytes: 0, ns: [] });
    for await (const { channelId, stampNs, data } of reader.messages()) {
      const seen = stamps.get(channelId)!;
      seen.bytes += data.length;
      seen.ns.push(stampNs);
    }
    const topics = reader.channels.map((channel): TopicInfo => {
      const { bytes, ns } = stamps.get(channel.id)!;
      const named = { topic: channel.topic, schema: channel.schemaName };
      const unreadable = Math.max(0, channel.messageCount - ns.length);
      const counted = { encoding: channel.messageEncoding, messages: ns.length, unreadable, bytes };
      return { ...named, ...counted, ...timesOf(ns, reader.startNs) };
    });
    const attachments = await readAttachments(path);
    return {
      path,
      bytes: reader.sizeBytes,
      library: reader.library,
      isComplete: reader.isComplete,
      cutBytes: reader.cutBytes,
      damagedChunks: reader.damagedChunks,
      startNs: String(reader.startNs),
      endNs: String(reader.endNs),
      durationS: seconds(reader.endNs - reader.startNs),
      topics: topics.sort((a, b) => (a.topic < b.topic ? -1 : 1)),
      metadata: Object.fromEntries(reader.metadata),
      attachments: attachments.map(({ name, mediaType, data }) => {
        return { name, mediaType, bytes: data.length };
      }),
    };
  } finally {
    await reader.close();
  }
}

function timesOf(ns: readonly bigint[], startNs: bigint) {
  const none = { count: 0, totalS: 0, longestS: 0, longestAtS: 0 };
  if (ns.length === 0) return { rateHz: null, gaps: none };
  const ends = { firstNs: String(ns[0]), lastNs: String(ns.at(-1)) };
  const spanS = seconds(ns.at(-1)! - ns[0]!);
  const intervals = ns.slice(1).map((stamp, index) => seconds(stamp - ns[index]!));
  const usualS = intervals.length === 0 ? 0 : median(intervals);
  const boundS = Math.max(gapLeastS, gapIntervals * usualS);
  const gaps = { ...none };
  for (const [index, intervalS] of intervals.entries()) {
    if (intervalS < boundS) continue;
    gaps.count++;
    gaps.totalS += intervalS;
    if (intervalS <= gaps.longestS) continue;
    gaps.longestS = intervalS;
    gaps.longestAtS = seconds(ns[index]! - startNs);
  }
  return { ...ends, rateHz: spanS > 0 ? (ns.length - 1) / spanS : null, gaps };
}

const seconds = (ns: bigint) => Number(ns) / 1e9;
