import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PerceptionFrame } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { lateralM } from '../../src/perception/steering/cross-check.js';
import { openPipeline } from '../../src/pipeline/open-pipeline.js';
import { loadPipelineFile } from '../../src/pipeline/pipeline-file.js';
import { makeTinyRig, type TinyRig } from '../support/tiny-rig.js';

let rig: TinyRig;
beforeAll(async () => {
  rig = await makeTinyRig(4);
  await writeFile(join(rig.dir, 'mount.yaml'), 'heightM: 1.3\npitchRad: 0.2\n');
});
afterAll(() => rig?.remove());

const stages = { steering: 'models/steering', segmentation: 'models/segmentation' };
const asked = {
  bundles: stages,
  lanes: [['steering'], ['segmentation']],
  publish: {},
  steeringCheck: { speedMps: 5 },
};

async function drive(changes: object): Promise<PerceptionFrame[]> {
  const path = await rig.writePipeline('check.yaml', { ...asked, ...changes });
  const frames: PerceptionFrame[] = [];
  const run = await openPipeline({
    config: await loadPipelineFile(path),
    source: rig.drivePath,
    pacing: 'lockstep',
    onFrame: (frame) => frames.push(frame),
  });
  const { error } = await run.run();
  expect(error).toBeUndefined();
  return frames;
}

test('each result says where its steering leads, once the camera is known to stand above a road', async () => {
  const frames = await drive({ mount: 'mount.yaml' });
  expect(frames).toHaveLength(4);
  for (const { steering, steeringCheck } of frames) {
    expect(steeringCheck!.aheadM).toBe(5);
    expect(steeringCheck!.pathM).toBeCloseTo(lateralM(steering!.curvaturePerM, 5), 5);
  }
});

test('results of a pipeline that does not ask are without it', async () => {
  const frames = await drive({ mount: 'mount.yaml', steeringCheck: undefined });
  expect(frames.map(({ steeringCheck }) => steeringCheck)).toEqual(Array(4).fill(undefined));
});

test('without a mount, or without the stages that it reads, one line says so before the first frame', async () => {
  await expect(drive({})).rejects.toMatchObject({
    code: 'ERR_CALIBRATION',
    message: 'steeringCheck: expected a calibration and a mount, found no mount',
  });
  await expect(drive({ calibration: 'none' })).rejects.toThrow('found no calibration');
  const alone = { bundles: { steering: stages.steering }, lanes: [['steering']] };
  await expect(drive(alone)).rejects.toThrow('segmentation rides in no lane');
});
