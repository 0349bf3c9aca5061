import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { whyMissing } from '../../capture/tools.js';
import { windshield } from '../../support/command-line.js';
import { mjpegPictures, startHttpCamera } from '../../support/http-camera.js';

const noFfmpeg = whyMissing('ffmpeg');
const dir = mkdtempSync(join(tmpdir(), 'windshield-record-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test.skipIf(noFfmpeg !== undefined)(
  'record --seconds ends on time although its camera has gone silent',
  async () => {
    const camera = await startHttpCamera(mjpegPictures());
    const out = join(dir, 'silent.mcap');
    const source = `${camera.url}#stall=0.5`;
    const run = windshield(['record', source, '--seconds', '3', '--out', out]);
    try {
      while (!existsSync(`${out}.partial`)) await sleep(20);
      camera.pause();
      const { code, stdout, stderr } = await run.finished;
      expect(code, stderr).toBe(0);
      expect(stderr).toContain('trying again');
      expect(stdout).toMatch(/silent\.mcap: \d+ frames of 64x48/);
    } finally {
      run.child.kill('SIGKILL');
      camera.close();
    }
  },
);
