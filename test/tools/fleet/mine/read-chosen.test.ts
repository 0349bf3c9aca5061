import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readJpegHeader } from '../../../../src/codec/jpeg-header.js';
import { loadPipelineFile } from '../../../../src/pipeline/pipeline-file.js';
import type { PipelineConfig } from '../../../../src/pipeline/pipeline-schema.js';
import { mineFleet } from '../../../../tools/fleet/mine/mine-fleet.js';
import { type FleetOptions, runFleet } from '../../../../tools/fleet/run-fleet.js';
import { FolderStore } from '../../../../tools/fleet/store/folder-store.js';
import { makeTinyRig, type TinyRig } from '../../../support/tiny-rig.js';
import { writeTwoCameras } from '../../../support/two-cameras.js';

const [front, rear] = [
  { frames: 8, widthPx: 128, heightPx: 96 },
  { frames: 4, widthPx: 96, heightPx: 64 },
];
let rig: TinyRig;
let config: PipelineConfig;
beforeAll(async () => {
  rig = await makeTinyRig(2);
  config = await loadPipelineFile(rig.pipelinePath);
  await writeTwoCameras(join(rig.dir, 'two.mcap'), { front, rear });
});
afterAll(() => rig.remove());

// Nothing speaks for a grey frame but what it looks like.
const codesOf = (drive: string, value: number) => ({
  ...{ maker: 'm', drive, location: drive, dims: 8, thumbnails: [] },
  ...{ timesS: Float64Array.of(0.1), codes: new Float32Array(8).fill(value) },
});

test.each<[string, Partial<FleetOptions['config']>, string | undefined, string]>([
  ['the topic of the pipeline file', { topic: '/rear/camera/image' }, undefined, ''],
  ['the camera of the pipeline file', {}, 'rear', '#rear'],
])(
  'pictures to label are those that were run: %s, which the list of drives does not say',
  async (what, settings, camera, chosen) => {
    const at = (name: string) => join(rig.dir, `${what.replaceAll(' ', '-')}-${name}`);
    const results = new FolderStore(at('results'));
    const drives = { drives: [{ path: join(rig.dir, 'two.mcap') }], runUpSeconds: 1 };
    const about = { results, store: {}, drives };
    const ran = await runFleet({
      ...{ ...about, config: { ...config, ...settings }, camera, workers: 1, tries: 1 },
      ...{ retriesFailed: false, limits: { hangMs: 60_000 } },
    });
    expect(ran).toMatchObject({ done: 1, failed: 0, frames: rear!.frames });
    const { frames, problems } = await mineFleet({
      ...{ ...about, task: 'detection', codes: [codesOf('two', 0.1), codesOf('x', 0.4)] },
      ...{ count: 10, apartS: 0.1, outDir: at('set'), pageUrl: '' },
    });
    expect(problems).toEqual([]);
    expect(frames).toMatchObject([{ location: `${join(rig.dir, 'two.mcap')}${chosen}` }]);
    const picture = readJpegHeader(await readFile(join(at('set'), frames[0]!.file)));
    expect(picture).toMatchObject({ widthPx: 96, heightPx: 64 });
  },
);
