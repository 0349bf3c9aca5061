import { openAsBlob } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { Drive } from '../../../page/recording/drive.js';
import { PerceptionFrameSchema } from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { writeKept } from '../../../src/outputs/page/write-kept.js';
import { cameraModels } from '../../support/camera-models.js';
import { inputSpec } from '../../support/frames.js';

test('at a live run’s end the page knows lens, mount and what the networks saw, for each camera', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'windshield-kept-'));
  try {
    const camera = cameraModels.plumbBob!;
    const result = (frameId: bigint) => ({
      stampNs: 1_000_000_000n + frameId,
      payload: toBinary(PerceptionFrameSchema, create(PerceptionFrameSchema, { frameId })),
    });
    const runOf = (top: number, model: typeof camera | undefined) =>
      ({
        ...{ source: 'camera:/dev/video0', pacing: 'realtime', calibrationSha256: '', lanes: '[]' },
        camera: model,
        mount: { heightM: 1.4, pitchRad: 0.03 },
        manifests: new Map([
          [
            'segmentation',
            {
              network: { sha256: 'a'.repeat(64) },
              input: { spec: inputSpec({ regionNorm: [0, top, 1, 1] }) },
              decode: { kind: 'segmentation' },
              tolerance: {},
            },
          ],
        ]),
      }) as never;
    const path = join(dir, 'results.mcap');
    await writeKept(path, [
      { camera: 'front', kept: [result(0n), result(1n)], facts: runOf(0.5, camera) },
      { camera: 'rear', kept: [result(0n)], facts: runOf(0.25, undefined) },
    ]);
    const origin = { name: 'results.mcap', blob: await openAsBlob(path) };
    const front = (await Drive.open([origin])).info;
    expect(front).toMatchObject({ cameras: ['front', 'rear'], frameCount: 2, remarks: [] });
    expect(front.mapInput).toMatchObject({ regionNorm: [0, 0.5, 1, 1], fit: 'stretch' });
    expect(front.camera).toEqual(camera);
    expect(front.mount).toMatchObject({ heightM: 1.4, pitchRad: 0.03 });
    const rear = (await Drive.open([origin], 'rear')).info;
    expect(rear.mapInput).toMatchObject({ regionNorm: [0, 0.25, 1, 1] });
    expect(rear.camera).toBeUndefined();
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
