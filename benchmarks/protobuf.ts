import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import {
  PerceptionFrameSchema,
  StageState,
} from '../src/messages/gen/windshield/v1/perception_pb.js';
import { withTopicSequence } from '../src/messages/topic-sequence.js';
import type { BenchmarkCase } from './harness/benchmark.js';
import { runBenchmark } from './harness/run-benchmark.js';

// Cost of serialising one frame's results, and of reading them back.
const stages = ['steering', 'detection', 'signs', 'segmentation'];

function frame(objects: number, runs: number): MessageInitShape<typeof PerceptionFrameSchema> {
  const at = (i: number) => ({ xMin: i * 9.5, yMin: 200, xMax: i * 9.5 + 60, yMax: 260 });
  return {
    frameId: 123_456n,
    sourceTimeNs: 6_172_800_000_000n,
    widthPx: 1280,
    heightPx: 720,
    detections: Array.from({ length: objects }, (_, i) => ({
      classId: i % 8,
      className: 'traffic_sign',
      score: 0.75,
      boxPx: at(i),
      trackId: 40 + i,
    })),
    signs: Array.from({ length: objects >> 2 }, (_, i) => ({
      classId: i,
      className: 'speed limit 50',
      probability: 0.9,
      detectionIndex: i,
      trackId: 40 + i,
      boxPx: at(i),
    })),
    segmentation: {
      widthPx: 480,
      heightPx: 360,
      runLengths: Array.from({ length: runs }, (_, i) => 20 + (i % 300)),
      runClasses: Uint8Array.from({ length: runs }, (_, i) => i % 11),
      classShares: Array.from({ length: 11 }, () => 1 / 11),
      freeSpace: Array.from({ length: 480 }, (_, i) => i / 480),
      classNames: Array.from({ length: 11 }, (_, i) => `class ${i}`),
    },
    steering: { angleRad: 0.02, rawAngleRad: 0.021, curvaturePerM: 0.007 },
    stages: stages.map((stage) => ({ stage, state: StageState.OK, provider: 'cpu' })),
    bundles: stages.map((task) => ({ task, version: '0.1.0', networkSha256: 'a'.repeat(64) })),
    calibrationSha256: 'b'.repeat(64),
    timing: {
      captureNs: 1n,
      arrivalNs: 2n,
      publishNs: 3n,
      stages: stages.map((stage) => ({ stage, lane: stage, dispatchNs: 1n, endNs: 40_000_000n })),
    },
  };
}

function encode(values: MessageInitShape<typeof PerceptionFrameSchema>): Uint8Array {
  const message = create(PerceptionFrameSchema, values);
  return withTopicSequence(toBinary(PerceptionFrameSchema, message), 7n);
}

function caseOf(name: string, objects: number, runs: number): BenchmarkCase {
  return {
    name,
    variants: [
      {
        name: 'encode',
        isReference: true,
        prepare() {
          const values = frame(objects, runs);
          const run = () => encode(values);
          return { run, note: `${run().length} bytes` };
        },
      },
      {
        name: 'decode',
        prepare() {
          const bytes = encode(frame(objects, runs));
          return { run: () => fromBinary(PerceptionFrameSchema, bytes) };
        },
      },
    ],
  };
}

await runBenchmark({
  name: 'protobuf',
  operation: 'one PerceptionFrame to bytes with its sequence number, or back',
  warmUp: 500,
  samples: 1000,
  cases: () => [caseOf('road', 8, 900), caseOf('crowd', 60, 6000)],
});
