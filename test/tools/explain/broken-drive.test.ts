import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readBundleFolder } from '../../../src/inference/read-bundle-folder.js';
import { checkSource } from '../../../tools/doctor/check-source.js';
import { filmDrive } from '../../../tools/explain/film/film-drive.js';
import { frameAt } from '../../../tools/explain/frame-at.js';
import { inputsOfDrive } from '../../../tools/explain/layers/shown-inputs.js';
import { whyMissing } from '../../capture/tools.js';
import { pathOfBreakingFfmpeg } from '../../support/breaking-ffmpeg.js';
import { repoDir } from '../../support/command-line.js';

const skip = whyMissing('ffmpeg') ?? whyMissing('ffprobe');
const left = skip === undefined ? '' : ` (left out: ${skip})`;
const dir = mkdtempSync(join(tmpdir(), 'windshield-broken-'));
const drive = join(dir, 'drive.mp4');
const frame = { widthPx: 320, heightPx: 180 };
const framesRead = 6;
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true });
});
beforeAll(() => {
  if (skip !== undefined) return;
  const input = `testsrc=s=${frame.widthPx}x${frame.heightPx}:r=25:d=0.8`;
  const made = ['-f', 'lavfi', '-i', input, '-c:v', 'mjpeg', '-y', drive];
  execFileSync('ffmpeg', ['-nostdin', '-v', 'error', ...made]);
  // In the middle of the seventh frame.
  const afterBytes = (framesRead + 0.5) * frame.widthPx * frame.heightPx * 3;
  vi.stubEnv('PATH', pathOfBreakingFfmpeg(join(dir, 'bin'), afterBytes));
});

const broken = {
  code: 'ERR_SOURCE_LOST',
  message: expect.stringMatching(/after 6 of 20 frames of .*drive\.mp4/),
};
const steering = () => readBundleFolder(join(repoDir, 'models/steering-rendered'));

test.skipIf(skip !== undefined)(
  `a drive that breaks off is an error, and no film of its beginning${left}`,
  async () => {
    const out = join(dir, 'film.mp4');
    const options = { kind: 'mp4', widthPx: 64, every: 1, calibration: 'none' } as const;
    await expect(filmDrive(await steering(), drive, { out, ...options })).rejects.toMatchObject(
      broken,
    );
    expect(existsSync(out)).toBe(false);
  },
);

test.skipIf(skip !== undefined)(
  `a frame behind the place where a drive breaks off is not one behind its end${left}`,
  async () => {
    await expect(frameAt(drive, 0.5)).rejects.toMatchObject(broken);
    expect(await frameAt(drive, 0.2)).toMatchObject({ ...frame, timeS: 0.2 });
  },
);

test.skipIf(skip !== undefined)(
  `layers are not shown the beginning of a drive for the whole${left}`,
  async () => {
    const bundle = await steering();
    const shown: string[] = [];
    const options = { calibration: 'none', every: 1, limit: 20, detector: async () => bundle };
    const reading = (async () => {
      for await (const { id } of inputsOfDrive(bundle, drive, options)) shown.push(id);
    })();
    await expect(reading).rejects.toMatchObject(broken);
    expect(shown).toHaveLength(framesRead);
  },
);

test.skipIf(skip !== undefined)(
  `doctor finds a source amiss that breaks off among the frames it reads${left}`,
  async () => {
    const { finding } = await checkSource(drive);
    expect(finding).toMatchObject({ state: 'failed' });
    expect(finding.found).toMatch(/after 6 of 20 frames/);
  },
);
