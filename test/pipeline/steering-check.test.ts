import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PerceptionFrame } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { lateralM } from '../../src/perception/steering/cross-check.js';
import { curvatureFromSteering } from '../../src/perception/steering/steering.js';
import { openPipeline } from '../../src/pipeline/open-pipeline.js';
import { loadPipelineFile } from '../../src/pipeline/pipeline-file.js';
import { writeTinyDrive } from '../support/tiny-drive.js';
import { makeTinyRig, type TinyRig } from '../support/tiny-rig.js';

let rig: TinyRig;
beforeAll(async () => {
  rig = await makeTinyRig(4);
  await writeFile(join(rig.dir, 'mount.yaml'), 'heightM: 1.3\npitchRad: 0.2\n');
});
afterAll(() => rig?.remove());

/** Of the tiny bundle. */
const wheelbaseM = 2.7;
const stages = { steering: 'models/steering', segmentation: 'models/segmentation' };
const asked = {
  bundles: stages,
  lanes: [['steering'], ['segmentation']],
  publish: {},
  steeringCheck: { speedMps: 5 },
};

async function drive(changes: object, source = rig.drivePath): Promise<PerceptionFrame[]> {
  const path = await rig.writePipeline('check.yaml', { ...asked, ...changes });
  const frames: PerceptionFrame[] = [];
  const run = await openPipeline({
    config: await loadPipelineFile(path),
    source,
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
    expect(steeringCheck!.thresholdM).toBe(0.5);
    // As of a live rig: nobody says how its driver steers.
    expect(steeringCheck!.driverM).toBeUndefined();
  }
});

test('beside a recorded driver it says how far the path is from his, and that they disagree once it stands', async () => {
  const path = join(rig.dir, 'driven.mcap');
  const driverRad = 0.5;
  await writeTinyDrive(path, 14, 20, 0, (id) => (id >= 4 && id < 10 ? driverRad : undefined));
  const steeringCheck = { speedMps: 5, thresholdM: 3 };
  const frames = await drive({ mount: 'mount.yaml', steeringCheck }, path);
  const driverPathM = lateralM(curvatureFromSteering(driverRad, wheelbaseM), 5);
  for (const [id, { steeringCheck: check }] of frames.entries()) {
    if (id < 4 || id >= 10) expect(check!.driverM).toBeUndefined();
    else expect(check!.driverM).toBeCloseTo(check!.pathM - driverPathM, 5);
  }
  const said = frames.flatMap(({ health }, id) =>
    health.includes('steering_disagrees') ? id : [],
  );
  // 0.2 s at 20 frames a second after it began, and after it ended.
  expect(said).toEqual([8, 9, 10, 11, 12, 13]);
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
