import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadPipelineFile } from '../../../src/pipeline/pipeline-file.js';
import { runChild } from '../../../tools/bench/run-child.js';
import type { TrialRequest, TrialResult } from '../../../tools/bench/trial.js';
import { makeTinyRig, type TinyRig } from '../../support/tiny-rig.js';

let rig: TinyRig;
const pageDir = mkdtempSync(join(tmpdir(), 'windshield-page-'));
beforeAll(async () => {
  rig = await makeTinyRig(30, 40);
  writeFileSync(join(pageDir, 'index.html'), '<p>page</p>');
});
afterAll(() => {
  rig.remove();
  rmSync(pageDir, { recursive: true });
});

async function lookedAt(source: string): Promise<TrialResult> {
  const { record: _record, ...config } = await loadPipelineFile(rig.pipelinePath);
  const request: TrialRequest = {
    config: { ...config, publish: {} },
    source,
    frames: 'recorded',
    frameCount: 60,
    warmUpFrames: 10,
    framesInFlight: 2,
    look: { viewer: 'client', pageDir },
  };
  return runChild<TrialRequest, TrialResult>('trial-process.js', request);
}

test('a trial with a page that is looked at says how many pictures it took, and loses no frame', async () => {
  const { report, measured, pictures } = await lookedAt(rig.drivePath);
  expect(pictures).toBeGreaterThan(0);
  expect(measured.complete).toBe(50);
  expect(report.frames).toMatchObject({ in: 60, published: 60, dropped: 0 });
});

test('a trial that cannot begin ends with its error, though a page is open', async () => {
  await expect(lookedAt(join(pageDir, 'none.mcap'))).rejects.toThrow('none.mcap');
});
