import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DriverView } from '../../../../simulator/driving/loop/controller.js';
import { PipelineDriver } from '../../../../simulator/driving/loop/pipeline-driver.js';
import { rigCamera } from '../../../../simulator/rendering/camera.js';
import { Road } from '../../../../simulator/world/road.js';
import { loadPipelineFile } from '../../../../src/pipeline/pipeline-file.js';
import { writeSlowSteering } from '../../../support/tiny-bundles.js';
import { makeTinyRig, type TinyRig } from '../../../support/tiny-rig.js';

const camera = rigCamera(96, 64).model;
const road = new Road(new Float64Array(50), []);
let rig: TinyRig;
beforeAll(async () => {
  rig = await makeTinyRig(1);
});
afterAll(() => rig.remove());

/** A picture of one colour, of which the tiny network steers left the redder and right the bluer it is. */
function view(timeS: number, red: number, blue: number): DriverView {
  const { widthPx, heightPx } = camera;
  const data = Uint8Array.from(
    { length: widthPx * heightPx * 3 },
    (_, i) => [red, 0, blue][i % 3]!,
  );
  const picture = () => ({ widthPx, heightPx, data });
  return { timeS, picture, road, place: { sM: 0, dM: 0, yawRad: 0 }, laneDM: 0, speedMps: 12 };
}

test('the pipeline’s own lanes, network and limits answer each picture, positive to the left', async () => {
  const config = await loadPipelineFile(rig.pipelinePath);
  const seen: bigint[] = [];
  const onFrame = ({ frameId }: { frameId: bigint }) => seen.push(frameId);
  const driver = await PipelineDriver.open({
    config,
    camera,
    rateHz: 20,
    timeoutMs: 30_000,
    onFrame,
  });
  expect(await driver.steer(view(0, 128, 0))).toBeCloseTo(0.25, 2);
  // The bundle lets the angle change by 1 rad/s of simulated time.
  expect(await driver.steer(view(0.05, 0, 255))).toBeCloseTo(0.2, 2);
  expect(await driver.steer(view(2, 0, 128))).toBeCloseTo(-0.25, 2);
  expect(seen).toEqual([0n, 1n, 2n]);
  expect(driver.problem).toBeUndefined();
  await driver.close();
  expect(await driver.steer(view(3, 0, 0))).toBeUndefined();
  expect(driver.problem).toBeDefined();
});

test('an answer that is too late is none; when it is back the pipeline is asked again', async () => {
  await writeSlowSteering(join(rig.dir, 'slow'), 700);
  const path = await rig.writePipeline('slow.yaml', {
    bundles: { steering: 'slow' },
    lanes: [['steering']],
  });
  const config = await loadPipelineFile(path);
  const driver = await PipelineDriver.open({ config, camera, rateHz: 20, timeoutMs: 2 });
  expect(await driver.steer(view(0, 128, 0))).toBeUndefined();
  let asked = 0;
  const now = view(1, 128, 0);
  const picture = () => {
    asked++;
    return now.picture();
  };
  for (let tries = 0; tries < 400 && asked === 0; tries++) await driver.steer({ ...now, picture });
  expect(asked).toBe(1);
  await driver.close();
});

test('a pipeline that does not steer is refused', async () => {
  const path = await rig.writePipeline('blind.yaml', {
    bundles: { segmentation: 'models/segmentation' },
    lanes: [['segmentation']],
  });
  const config = await loadPipelineFile(path);
  await expect(
    PipelineDriver.open({ config, camera, rateHz: 20, timeoutMs: 1000 }),
  ).rejects.toMatchObject({ code: 'ERR_CONFIG' });
});
