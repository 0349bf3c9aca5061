import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NumberedRecording } from '../../../src/outputs/recording/numbered-recording.js';

test('after a file that could not be finished, the later ones still are, and the end says why', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'windshield-numbered-'));
  try {
    const recording = await NumberedRecording.create(
      join(dir, 'drive.mcap'),
      { splitSeconds: 1, isKept: true },
      { describe: async () => {}, messages: () => [] },
    );
    const write = (second: number) =>
      recording.write('log', BigInt(second) * 1_000_000_000n, new Uint8Array(10));
    await write(0);
    await rm(join(dir, 'drive.1.mcap.partial'));
    for (let second = 1; second < 4; second++) await write(second);
    await expect(recording.close()).rejects.toMatchObject({
      code: 'ERR_OUTPUT',
      message: expect.stringContaining('drive.1.mcap'),
    });
    const finished = ['drive.2.mcap', 'drive.3.mcap', 'drive.4.mcap'];
    expect((await readdir(dir)).sort()).toEqual(finished);
  } finally {
    await rm(dir, { recursive: true });
  }
});
