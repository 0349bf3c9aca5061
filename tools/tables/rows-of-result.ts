import { elapsedMs } from '../../src/frame/clock.js';
import {
  type Box,
  type PerceptionFrame,
  type Segmentation,
  StageState,
  type StageTiming,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import type { TableRow } from './drive-tables.js';

/** Identifies a frame of a drive; the first columns of every table of frames. */
export interface FrameKey {
  drive: string;
  epoch: number;
  frame_id: bigint;
  stamp_ns: bigint;
  time_s: number;
}

const stateNames: Readonly<Record<number, string>> = {
  [StageState.OK]: 'ok',
  [StageState.SKIPPED]: 'skipped',
  [StageState.LATE]: 'late',
  [StageState.FAILED]: 'failed',
};

/** Name in `latency` that stands for the complete frame instead of a stage. */
const wholeFrame = 'frame';

/** One result as rows of the tables of frames. */
export function* rowsOfResult(key: FrameKey, frame: PerceptionFrame): Generator<TableRow> {
  const { segmentation, steering } = frame;
  yield {
    table: 'frames',
    row: {
      ...key,
      width_px: frame.widthPx,
      height_px: frame.heightPx,
      mode: frame.mode,
      segment: frame.segment,
      detections: frame.detections.length,
      free_space: segmentation === undefined ? null : mean(segmentation.freeSpace),
      novelty: frame.novelty?.value ?? null,
      is_novel: frame.novelty?.isNovel ?? null,
    },
  };
  yield* boxRows(key, frame);
  if (segmentation !== undefined)
    for (const row of sharesOf(segmentation))
      yield { table: 'segmentation', row: { ...key, ...row } };
  if (steering !== undefined)
    yield {
      table: 'steering',
      row: {
        ...key,
        angle_rad: steering.angleRad,
        raw_angle_rad: steering.rawAngleRad,
        curvature_per_m: steering.curvaturePerM,
        is_limited: steering.isLimited,
        ahead_m: frame.steeringCheck?.aheadM ?? null,
        path_m: frame.steeringCheck?.pathM ?? null,
        free_space_m: frame.steeringCheck?.freeSpaceM ?? null,
        lane_m: frame.steeringCheck?.laneM ?? null,
        driver_m: frame.steeringCheck?.driverM ?? null,
      },
    };
  for (const { stage, state, provider, reason, errorCode } of frame.stages)
    yield {
      table: 'stages',
      row: {
        ...key,
        stage,
        state: stateNames[state] ?? 'unknown',
        provider,
        reason,
        error_code: errorCode,
      },
    };
  yield* latencyRows(key, frame);
  for (const { reason, count } of frame.drops)
    yield { table: 'drops', row: { ...key, reason, count } };
  for (const code of frame.health) yield { table: 'health', row: { ...key, code } };
}

function* boxRows(key: FrameKey, frame: PerceptionFrame): Generator<TableRow> {
  for (const [index, detection] of frame.detections.entries()) {
    const { classId, className, score, trackId, groundM } = detection;
    yield {
      table: 'detections',
      row: {
        ...key,
        detection_index: index,
        class_id: classId,
        class_name: className,
        score,
        ...edgesOf(detection.boxPx),
        track_id: trackId,
        forward_m: groundM?.forward ?? null,
        left_m: groundM?.left ?? null,
        forward_deviation_m: groundM?.forwardDeviation ?? null,
        left_deviation_m: groundM?.leftDeviation ?? null,
      },
    };
  }
  for (const sign of frame.signs)
    yield {
      table: 'signs',
      row: { ...key, ...readingOf(sign), is_remembered: sign.isRemembered },
    };
  for (const light of frame.lights) yield { table: 'lights', row: { ...key, ...readingOf(light) } };
}

interface Reading {
  classId: number;
  className: string;
  probability: number;
  detectionIndex: number;
  trackId: number;
  boxPx?: Box | undefined;
}

const readingOf = (reading: Reading) => ({
  class_id: reading.classId,
  class_name: reading.className,
  probability: reading.probability,
  detection_index: reading.detectionIndex,
  track_id: reading.trackId,
  ...edgesOf(reading.boxPx),
});

export const edgesOf = (box: Box | undefined) => ({
  x_min_px: box?.xMin ?? 0,
  y_min_px: box?.yMin ?? 0,
  x_max_px: box?.xMax ?? 0,
  y_max_px: box?.yMax ?? 0,
});

const sharesOf = ({ classShares, classNames }: Segmentation) =>
  classShares.map((share, id) => ({ class_id: id, class_name: classNames[id] ?? '', share }));

function* latencyRows(key: FrameKey, { timing }: PerceptionFrame): Generator<TableRow> {
  if (timing === undefined) return;
  const { captureNs, arrivalNs, publishNs } = timing;
  // Skips frames whose clock was not set.
  if (captureNs > 0n && publishNs >= captureNs)
    yield {
      table: 'latency',
      row: {
        ...key,
        stage: wholeFrame,
        lane: '',
        wait_ms: arrivalNs >= captureNs ? elapsedMs(captureNs, arrivalNs) : 0,
        preprocess_ms: 0,
        inference_ms: 0,
        decode_ms: 0,
        total_ms: elapsedMs(captureNs, publishNs),
      },
    };
  for (const stage of timing.stages)
    if (stage.startNs > 0n && stage.endNs >= stage.startNs)
      yield { table: 'latency', row: { ...key, ...durationsOf(stage) } };
}

const durationsOf = (times: StageTiming) => ({
  stage: times.stage,
  lane: times.lane,
  wait_ms: elapsedMs(times.dispatchNs, times.startNs),
  preprocess_ms: elapsedMs(times.startNs, times.preprocessEndNs),
  inference_ms: elapsedMs(times.preprocessEndNs, times.inferenceEndNs),
  decode_ms: elapsedMs(times.inferenceEndNs, times.endNs),
  total_ms: elapsedMs(times.dispatchNs, times.endNs),
});

const mean = (values: readonly number[]) =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
