import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatLiveLine } from '../../cli/live-line.js';
import {
  type PerceptionFrame,
  PerceptionFrameSchema,
  StageState,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { runPipeline } from '../../src/pipeline/pipeline.js';
import { loadPipelineFile } from '../../src/pipeline/pipeline-file.js';
import { RecordingReader } from '../../src/recording/recording-reader.js';
import { writeTinyLights } from '../support/tiny-bundles.js';
import { makeTinyRig, type TinyRig } from '../support/tiny-rig.js';

const frameCount = 6;
let rig: TinyRig;
beforeAll(async () => {
  rig = await makeTinyRig(frameCount, 40);
  await writeTinyLights(join(rig.dir, 'models', 'lights'));
});
afterAll(() => rig.remove());

/** Runs detection, signs and lights over the rig's drive and keeps every message. */
async function runWithLights(name: string, lanes: unknown) {
  const path = join(rig.dir, `${name}.mcap`);
  const file = await rig.writePipeline(`${name}.yaml`, {
    bundles: { detection: 'models/detection', signs: 'models/signs', lights: 'models/lights' },
    lanes,
    record: `${name}.mcap`,
  });
  const frames: PerceptionFrame[] = [];
  const { error } = await runPipeline({
    config: await loadPipelineFile(file),
    source: rig.drivePath,
    pacing: 'lockstep',
    onFrame: (_frame, payload) => frames.push(fromBinary(PerceptionFrameSchema, payload)),
  });
  expect(error).toBeUndefined();
  return { path, frames };
}

test('a rig with a classifier of lights says their states in messages, in the live line and in the recording', async () => {
  const { path, frames } = await runWithLights('lights', [['detection', 'signs', 'lights']]);
  expect(frames).toHaveLength(frameCount);
  for (const { detections, lights, signs, stages } of frames) {
    expect(lights).toMatchObject([{ className: 'red', classId: 0, detectionIndex: 0, labels: [] }]);
    expect(lights[0]!.trackId).toBe(detections[0]!.trackId);
    expect(lights[0]!.boxPx).toEqual(detections[0]!.boxPx);
    expect(signs).toMatchObject([{ className: 'stop' }]);
    expect(stages.find(({ stage }) => stage === 'lights')).toMatchObject({ state: StageState.OK });
  }
  const progress = { framesPublished: frameCount, framesDropped: 0, publishedRateHz: 40 };
  expect(formatLiveLine(frames.at(-1)!, progress)).toMatch(
    /signs stop \d\.\d\d {2}lights red \d\.\d\d$/,
  );
  const reader = await RecordingReader.open(path);
  const recorded: PerceptionFrame[] = [];
  for await (const { data } of reader.messages({ topics: ['perception'] }))
    recorded.push(fromBinary(PerceptionFrameSchema, data));
  await reader.close();
  expect(recorded).toEqual(frames);
});

test('signs and lights in lanes of their own say the same', async () => {
  const results = (frames: PerceptionFrame[]) =>
    frames.map(({ detections, signs, lights }) => ({ detections, signs, lights }));
  const together = await runWithLights('together', [['detection', 'signs', 'lights']]);
  for (const [name, lanes] of [
    ['apart', [['detection'], ['signs'], ['lights']]],
    ['paired', [['detection'], ['signs', 'lights']]],
    ['planned', 'auto'],
  ] as const) {
    const { frames } = await runWithLights(name, lanes);
    expect(results(frames), name).toEqual(results(together.frames));
  }
});
