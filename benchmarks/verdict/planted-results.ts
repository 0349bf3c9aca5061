import { fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  type PerceptionFrame,
  PerceptionFrameSchema,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { RecordingReader } from '../../src/recording/recording-reader.js';
import { RecordingWriter } from '../../src/recording/recording-writer.js';

/** Rewrites a recording of results with its metadata, after `change` has modified its frames. */
export async function rewriteResults(
  from: string,
  to: string,
  change: (frames: PerceptionFrame[]) => void,
): Promise<void> {
  const reader = await RecordingReader.open(from);
  const writer = await RecordingWriter.create(to);
  try {
    for (const [name, entries] of reader.metadata) await writer.addMetadata(name, { ...entries });
    const frames: PerceptionFrame[] = [];
    for await (const { topic, stampNs, data } of reader.messages()) {
      if (topic === 'perception') frames.push(fromBinary(PerceptionFrameSchema, data));
      else if (topic === 'camera/calibration') await writer.writeEncoded(topic, stampNs, data);
    }
    change(frames);
    for (const frame of frames)
      await writer.writeEncoded(
        'perception',
        frame.stampNs,
        toBinary(PerceptionFrameSchema, frame),
      );
    await writer.close();
  } catch (error) {
    await writer.abort();
    throw error;
  } finally {
    await reader.close();
  }
}

/** Removes detections and the readings that belong to them. */
export function removeDetections(
  frames: readonly PerceptionFrame[],
  isGone: (className: string, score: number) => boolean,
): void {
  for (const frame of frames) {
    const places = new Map<number, number>();
    frame.detections = frame.detections.filter(({ className, score }, index) => {
      if (isGone(className, score)) return false;
      places.set(index, places.size);
      return true;
    });
    const kept = <Reading extends { detectionIndex: number }>(readings: Reading[]) =>
      readings.flatMap((reading) => {
        const detectionIndex = places.get(reading.detectionIndex);
        return detectionIndex === undefined ? [] : [Object.assign(reading, { detectionIndex })];
      });
    frame.signs = kept(frame.signs);
    frame.lights = kept(frame.lights);
  }
}

/** Makes a stage slower by `byMs` on every frame, and delays everything after it. */
export function slowStage(frames: readonly PerceptionFrame[], stage: string, byMs: number): void {
  const byNs = BigInt(Math.round(byMs * 1e6));
  for (const { timing } of frames) {
    const times = timing?.stages.find((one) => one.stage === stage);
    if (timing === undefined || times === undefined) continue;
    times.inferenceEndNs += byNs;
    times.endNs += byNs;
    timing.publishNs += byNs;
  }
}

/** Each frame gets the previous one's results; the first keeps its own. */
export function delayByOne(frames: readonly PerceptionFrame[]): void {
  for (let n = frames.length - 1; n > 0; n--) {
    const { detections, signs, segmentation, steering } = frames[n - 1]!;
    Object.assign(frames[n]!, { detections, signs, segmentation, steering });
  }
}
