import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { afterAll, expect, test } from 'vitest';
import {
  PerceptionFrameSchema,
  PipelineStatusSchema,
  StageState,
} from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { MetricsOutput } from '../../../src/outputs/metrics/metrics-output.js';

const root = mkdtempSync(join(tmpdir(), 'windshield-metrics-'));
const zone = join(root, 'sys/class/thermal/thermal_zone0');
mkdirSync(zone, { recursive: true });
writeFileSync(join(zone, 'type'), 'cpu-thermal\n');
writeFileSync(join(zone, 'temp'), '61500\n');
afterAll(() => rmSync(root, { recursive: true }));

const ms = (value: number) => BigInt(value) * 1_000_000n;
const times = { stage: 'steering', lane: '0', dispatchNs: ms(100), startNs: ms(103) };
const frame = (mode: string) =>
  toBinary(
    PerceptionFrameSchema,
    create(PerceptionFrameSchema, {
      mode,
      segmentation: { widthPx: 1, heightPx: 1, runLengths: [1], runClasses: Uint8Array.of(0) },
      stages: [
        { stage: 'steering', state: StageState.OK, provider: 'cpu' },
        { stage: 'signs', state: StageState.SKIPPED, reason: 'overtaken' },
      ],
      timing: {
        captureNs: ms(90),
        publishNs: ms(120),
        stages: [{ ...times, preprocessEndNs: ms(104), inferenceEndNs: ms(110), endNs: ms(111) }],
      },
    }),
  );
const status = (dropped: bigint, health: string[]) =>
  toBinary(
    PipelineStatusSchema,
    create(PipelineStatusSchema, {
      framesCaptured: 2n + dropped,
      publishedRateHz: 20,
      drops: [{ reason: 'overtaken', count: dropped }],
      health,
    }),
  );

test('counts frames, drops by reason, latency by stage, provider, mode, health and temperature', async () => {
  const output = new MetricsOutput('here', root);
  const take = (topic: string, payload: Uint8Array) => output.send({ topic, payload, stampNs: 0n });
  take('perception', frame('slow'));
  take('perception', frame(''));
  take('status', status(3n, ['recording_failed']));
  take('status', status(5n, []));
  const { text, contentType } = await output.text();
  expect(contentType).toContain('text/plain');
  const lines = text.split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'windshield_frames_published_total 2',
      'windshield_frames_captured_total 7',
      'windshield_frames_dropped_total{reason="overtaken"} 5',
      'windshield_frame_latency_seconds_bucket{le="0.032"} 2',
      'windshield_frame_latency_seconds_bucket{le="0.016"} 0',
      'windshield_stage_latency_seconds_sum{stage="steering",part="inference"} 0.012',
      'windshield_stage_latency_seconds_sum{stage="steering",part="wait"} 0.006',
      'windshield_stage_frames_total{stage="signs",state="skipped"} 2',
      'windshield_stage_provider{stage="steering",provider="cpu"} 1',
      'windshield_mode{mode="full"} 1',
      'windshield_temperature_celsius{zone="cpu-thermal"} 61.5',
    ]),
  );
  expect(text).not.toContain('mode="slow"');
  expect(text).not.toContain('recording_failed');
});

test('of a rig each metric says its camera, and the process is told of once', async () => {
  const front = new MetricsOutput('here', '/', { name: 'front', isFirst: true });
  const rear = new MetricsOutput('here', '/', { name: 'rear', isFirst: false });
  const { text } = await front.text([rear]);
  expect(text).toContain('windshield_frames_published_total{camera="rear"} 0');
  expect(text).toContain('windshield_frames_published_total{camera="front"} 0');
  expect(text.match(/^# TYPE windshield_frames_published_total /gm)).toHaveLength(1);
  expect(text.match(/^process_cpu_seconds_total\{/gm)).toHaveLength(1);
});
