import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import {
  PerceptionFrameSchema,
  StageState,
} from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { RecordingWriter } from '../../../src/recording/recording-writer.js';

/** Milliseconds after the frame's capture: dispatch, start, end of preprocessing, of inference, of the stage. */
export type SpanMs = readonly [number, number, number, number, number];

export interface ResultInput {
  frameId: number;
  /** On the clock of the run. */
  captureMs: number;
  /** After capture, as the spans. */
  arrivalMs?: number;
  publishMs: number;
  /** By stage: its times, or how it ended otherwise. */
  stages?: Record<string, SpanMs | 'skipped' | 'late' | 'failed' | `skipped: ${string}`>;
  lanes?: Record<string, string>;
  drops?: Record<string, number>;
  mode?: string;
}

const states = {
  skipped: StageState.SKIPPED,
  late: StageState.LATE,
  failed: StageState.FAILED,
} as const;

/** `skipped: degraded` is a state and its reason. */
function absence(text: string): { state: StageState; reason: string } {
  const [state, reason = ''] = text.split(': ');
  return { state: states[state as keyof typeof states], reason };
}

/** Monotonic clocks do not start at 0. */
const startNs = 5_000_000_000_000n;

export function resultMessage(input: ResultInput): MessageInitShape<typeof PerceptionFrameSchema> {
  const { frameId, captureMs, arrivalMs = 0, publishMs, stages = {}, lanes = {} } = input;
  const ns = (ms: number) => startNs + BigInt(Math.round((captureMs + ms) * 1e6));
  return {
    frameId: BigInt(frameId),
    stampNs: BigInt(Math.round(captureMs * 1e6)),
    widthPx: 64,
    heightPx: 48,
    mode: input.mode ?? '',
    segmentation: { runLengths: [1, 2, 3], runClasses: Uint8Array.of(0, 1, 2) },
    stages: Object.entries(stages).map(([stage, times]) => ({
      stage,
      ...(typeof times === 'string' ? absence(times) : { state: StageState.OK }),
      provider: 'cpu',
    })),
    drops: Object.entries(input.drops ?? {}).map(([reason, count]) => ({
      reason,
      count: BigInt(count),
    })),
    timing: {
      captureNs: ns(0),
      arrivalNs: ns(arrivalMs),
      publishNs: ns(publishMs),
      stages: Object.entries(stages).flatMap(([stage, times]) => {
        if (typeof times === 'string') return [];
        const [dispatchNs, startAtNs, preprocessEndNs, inferenceEndNs, endNs] = times.map(ns);
        const lane = lanes[stage] ?? stage;
        return [
          {
            stage,
            lane,
            dispatchNs: dispatchNs!,
            startNs: startAtNs!,
            preprocessEndNs: preprocessEndNs!,
            inferenceEndNs: inferenceEndNs!,
            endNs: endNs!,
          },
        ];
      }),
    },
  };
}

/** Writes results as the pipeline's recorder does. */
export async function writeResults(
  path: string,
  results: readonly MessageInitShape<typeof PerceptionFrameSchema>[],
): Promise<void> {
  const writer = await RecordingWriter.create(path);
  await writer.addMetadata('windshield.result', { source: 'drive.mcap', pacing: 'realtime' });
  for (const result of results) {
    const bytes = toBinary(PerceptionFrameSchema, create(PerceptionFrameSchema, result));
    await writer.writeEncoded('perception', result.stampNs ?? 0n, bytes);
  }
  await writer.close();
}
