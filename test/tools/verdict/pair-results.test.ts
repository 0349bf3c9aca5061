import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PerceptionFrameSchema } from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { RecordingWriter } from '../../../src/recording/recording-writer.js';
import { ResultsFile } from '../../../tools/verdict/open-results.js';
import { pairResults } from '../../../tools/verdict/pair-results.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-pairs-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Results of two frames; `second` is the mode of the second one. */
async function resultsOf(name: string, camera: string, second = ''): Promise<ResultsFile> {
  const path = join(dir, name);
  const writer = await RecordingWriter.create(path);
  for (const [index, mode] of ['', second].entries()) {
    const frame = { frameId: BigInt(index), sourceTimeNs: BigInt(index), camera, mode };
    const bytes = toBinary(PerceptionFrameSchema, create(PerceptionFrameSchema, frame));
    await writer.writeEncoded('perception', BigInt(index), bytes);
  }
  await writer.close();
  return ResultsFile.open(path);
}

test('a camera of a rig and the same camera alone have the same results', async () => {
  const ofRig = await resultsOf('rig.mcap', 'front');
  const alone = await resultsOf('alone.mcap', '', 'half');
  const { pairs } = await pairResults(ofRig, alone);
  expect(pairs.map(({ isIdentical }) => isIdentical)).toEqual([true, false]);
  await ofRig.close();
  await alone.close();
});
