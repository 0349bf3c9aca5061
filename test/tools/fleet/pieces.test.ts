import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type PerceptionFrame,
  PerceptionFrameSchema,
} from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { runPipeline } from '../../../src/pipeline/pipeline.js';
import { loadPipelineFile } from '../../../src/pipeline/pipeline-file.js';
import type { PipelineConfig } from '../../../src/pipeline/pipeline-schema.js';
import { RecordingReader } from '../../../src/recording/recording-reader.js';
import { makePlan } from '../../../tools/fleet/plan/make-plan.js';
import { unitFiles } from '../../../tools/fleet/plan/unit.js';
import { FolderStore } from '../../../tools/fleet/store/folder-store.js';
import { runUnit } from '../../../tools/fleet/work/run-unit.js';
import { writeTinyDrive } from '../../support/tiny-drive.js';
import { makeTinyRig, type TinyRig } from '../../support/tiny-rig.js';

const [frameCount, rateHz] = [50, 10];
let rig: TinyRig;
let config: PipelineConfig;
let whole: PerceptionFrame[];
beforeAll(async () => {
  rig = await makeTinyRig(2);
  await writeTinyDrive(join(rig.dir, 'long.mcap'), frameCount, rateHz);
  config = await loadPipelineFile(rig.pipelinePath);
  whole = [];
  await runPipeline({
    config: { ...config, publish: {} },
    source: join(rig.dir, 'long.mcap'),
    pacing: 'lockstep',
    onFrame: (_frame, payload) => whole.push(fromBinary(PerceptionFrameSchema, payload)),
  });
});
afterAll(() => rig.remove());

/** Runs a drive in pieces; the results of all, in order. */
async function inPieces(
  pieceSeconds: number,
  runUpSeconds: number,
  path = join(rig.dir, 'long.mcap'),
) {
  const results = new FolderStore(join(rig.dir, `out-${runUpSeconds}`));
  const drives = [{ path }];
  const { units } = await makePlan({ drives, pieceSeconds, runUpSeconds }, 'run', results);
  const frames: PerceptionFrame[] = [];
  for (const unit of units) {
    const dir = join(rig.dir, `work-${runUpSeconds}-${unit.name}`);
    await mkdir(dir);
    const request = { unit, run: 'run', config, out: results.place, store: {}, dir };
    await runUnit(request, () => {});
    const reader = await RecordingReader.open(await results.local(unitFiles(unit.key).results));
    for await (const { data } of reader.messages({ topics: ['perception'] }))
      frames.push(fromBinary(PerceptionFrameSchema, data));
    await reader.close();
  }
  return { units, frames };
}

/** Without times, and with tracks numbered in the order in which they appear in this frame. */
function comparable(frame: PerceptionFrame): Uint8Array {
  const copy = fromBinary(PerceptionFrameSchema, toBinary(PerceptionFrameSchema, frame));
  delete copy.timing;
  const numbers = new Map([[0, 0]]);
  for (const seen of [...copy.detections, ...copy.signs]) {
    if (!numbers.has(seen.trackId)) numbers.set(seen.trackId, numbers.size);
    seen.trackId = numbers.get(seen.trackId)!;
  }
  return toBinary(PerceptionFrameSchema, copy);
}

const differing = (frames: readonly PerceptionFrame[]) =>
  frames
    .filter((frame, at) => Buffer.compare(comparable(frame), comparable(whole[at]!)) !== 0)
    .map(({ frameId }) => Number(frameId));

describe('a drive in pieces', () => {
  test('has every frame once, numbered and timed as in the whole, with the same results', async () => {
    const { units, frames } = await inPieces(2, 2);
    expect(units.map(({ name }) => name)).toEqual(['long#0', 'long#1', 'long#2']);
    expect(frames.map(({ frameId }) => Number(frameId))).toEqual([...Array(frameCount).keys()]);
    expect(differing(frames)).toEqual([]);
  });

  test('without a run-up begins each piece with nothing known, which the comparison sees', async () => {
    const { frames } = await inPieces(2, 0);
    expect(frames).toHaveLength(frameCount);
    expect(differing(frames)).toEqual(expect.arrayContaining([20, 40]));
  });

  test('a piece in which the camera recorded nothing is done, and hides no other', async () => {
    const path = join(rig.dir, 'gap.mcap');
    // The driver goes on steering meanwhile.
    await writeTinyDrive(
      path,
      40,
      rateHz,
      0,
      () => 0,
      (frameId) => frameId < 5 || frameId >= 35,
    );
    const { units, frames } = await inPieces(1, 0, path);
    expect(units).toHaveLength(4);
    expect(frames).toHaveLength(10);
  });

  test('a short rest goes with the piece before it', async () => {
    const results = new FolderStore(join(rig.dir, 'out-rest'));
    const file = { drives: [{ path: join(rig.dir, 'long.mcap') }], runUpSeconds: 1 };
    const countOf = async (pieceSeconds: number) =>
      (await makePlan({ ...file, pieceSeconds }, 'run', results)).units.length;
    expect(await countOf(2.4)).toBe(2);
    expect(await countOf(10)).toBe(1);
  });
});
