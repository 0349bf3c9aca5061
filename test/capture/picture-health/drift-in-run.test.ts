import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { driftPictures } from '../../../src/capture/picture-health/drift-watch.js';
import { encodeJpeg } from '../../../src/codec/image-codec.js';
import { StageState } from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { runPipeline } from '../../../src/pipeline/pipeline.js';
import { loadPipelineFile } from '../../../src/pipeline/pipeline-file.js';
import { createDriveWriter } from '../../../src/recording/drive-writer.js';
import { roadCamera, roadMount, straightRoad } from '../../support/straight-road.js';
import { makeTinyRig, type TinyRig } from '../../support/tiny-rig.js';

const frameCount = driftPictures + 4;
let rig: TinyRig;

beforeAll(async () => {
  rig = await makeTinyRig(1);
  const { widthPx, heightPx, fxPx, fyPx, cxPx, cyPx, distortion } = roadCamera;
  const size = { widthPx, heightPx };
  const writer = await createDriveWriter(join(rig.dir, 'road.mcap'), {
    ...size,
    sourceName: 'a straight road',
    rateHz: 2,
    frameCount,
    calibration: {
      distortionModel: 'plumb_bob',
      d: [...distortion],
      k: [fxPx, 0, cxPx, 0, fyPx, cyPx, 0, 0, 1],
    },
  });
  const jpegs = [1, 2].map((seed) =>
    encodeJpeg({ ...size, data: straightRoad(roadMount, seed) }, 90),
  );
  for (let i = 0; i < frameCount; i++)
    await writer.writeFrame({
      stampNs: 1_700_000_000_000_000_000n + BigInt(i) * 500_000_000n,
      jpeg: await jpegs[i % 2]!,
    });
  await writer.close();
});
afterAll(() => rig.remove());

test.each([
  [0, false],
  [1.5, true],
])(
  'a mount that is %d° off the road is said of the results, and stops steering where asked: %s',
  async (offDeg, isSaid) => {
    const pitchRad = roadMount.pitchRad + (offDeg * Math.PI) / 180;
    const mount = `mount-${offDeg}.yaml`;
    await writeFile(
      join(rig.dir, mount),
      `heightM: 1.4\npitchRad: ${pitchRad}\nyawRad: ${roadMount.yawRad}\n`,
    );
    const config = await loadPipelineFile(
      await rig.writePipeline(`drift-${offDeg}.yaml`, {
        source: 'road.mcap',
        calibration: 'recording',
        mount,
        publish: {},
        pictureHealth: { stopsSteering: ['calibration_drifted'] },
      }),
    );
    const said: boolean[] = [];
    let steering: StageState | undefined;
    const { report, error } = await runPipeline({
      config,
      source: config.source!,
      pacing: 'lockstep',
      onFrame({ health, stages }) {
        said.push(health.includes('calibration_drifted'));
        steering = stages.find(({ stage }) => stage === 'steering')?.state;
      },
    });
    expect(error).toBeUndefined();
    expect(report.frames.published).toBe(frameCount);
    expect(said.slice(0, driftPictures - 1)).not.toContain(true);
    expect(said.at(-1)).toBe(isSaid);
    expect(steering).toBe(isSaid ? StageState.SKIPPED : StageState.OK);
  },
  60_000,
);
