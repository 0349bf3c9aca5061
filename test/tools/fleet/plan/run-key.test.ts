import { afterAll, beforeAll, expect, test } from 'vitest';
import { pictureHealthSchema } from '../../../../src/capture/picture-health/picture-health-schema.js';
import { loadPipelineFile } from '../../../../src/pipeline/pipeline-file.js';
import { type PipelineConfig, pipelineSchema } from '../../../../src/pipeline/pipeline-schema.js';
import { describeRun } from '../../../../tools/fleet/plan/run-key.js';
import { makeTinyRig, type TinyRig } from '../../../support/tiny-rig.js';

let rig: TinyRig;
beforeAll(async () => {
  rig = await makeTinyRig(1);
});
afterAll(() => rig.remove());

/** A drive's own, or of live runs, or where results go. */
const others = [
  ...['source', 'cameras', 'sync', 'topic', 'lanes', 'laneCount', 'deadlineMs', 'degradation'],
  ...['ring', 'publish', 'listen', 'record', 'outputs'],
];

test('whatever of a pipeline file decides results is in the key of a run', async () => {
  const config = await loadPipelineFile(rig.pipelinePath);
  const changes: Partial<PipelineConfig> = {
    frameRateHz: 10,
    calibration: 'none',
    mount: 'none',
    bundles: { steering: config.bundles.steering! },
    providers: ['cuda', 'cpu'],
    preprocess: 'host',
    pictureHealth: pictureHealthSchema.parse({}),
    novelty: { threshold: 2, stopsSteering: false },
    steeringCheck: { speedMps: 12, aheadS: 1, laneWidthM: 3.5, drivesOn: 'right', thresholdM: 0.5 },
    ground: 'road',
    allowUncertified: true,
  };
  const known = [...Object.keys(changes), ...others];
  expect(Object.keys(pipelineSchema.shape).sort()).toEqual(known.sort());
  const { key } = await describeRun(config);
  for (const [name, value] of Object.entries(changes))
    expect((await describeRun({ ...config, [name]: value })).key, name).not.toBe(key);
});
