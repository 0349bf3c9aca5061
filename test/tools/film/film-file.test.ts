import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FilmFile } from '../../../tools/film/film-file.js';

const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;
const format = { widthPx: 1280, heightPx: 720, rateHz: 10 };
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-film-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

// ffmpeg ends while a frame, larger than a pipe holds, is still being handed over.
test.skipIf(!hasFfmpeg)('a film that ffmpeg refuses fails with what ffmpeg said', async () => {
  const film = await FilmFile.start(join(dir, 'film.unknown'), format);
  const frame = new Uint8Array(format.widthPx * format.heightPx * 3);
  const filming = async () => {
    for (let n = 0; n < 20; n++) await film.add(frame);
    await film.finish();
  };
  await expect(filming()).rejects.toMatchObject({
    code: 'ERR_OUTPUT',
    message: expect.stringMatching(/film\.unknown: ffmpeg: .*[a-z]/),
  });
  await film.abort();
  expect(readdirSync(dir)).toEqual([]);
});
