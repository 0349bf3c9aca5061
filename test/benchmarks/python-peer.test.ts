import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportPeer } from '../../benchmarks/python-peer/export-peer.js';
import { loadPipelineFile } from '../../src/pipeline/pipeline-file.js';
import { repoDir } from '../support/command-line.js';
import { makeTinyRig, type TinyRig } from '../support/tiny-rig.js';

// The system's own: Debian's packages are not seen by other Pythons.
const python = '/usr/bin/python3';
const hasPackages = spawnSync(python, ['-c', 'import cv2, torch']).status === 0;

describe.skipIf(!hasPackages)(
  `the Python peer${hasPackages ? '' : ' (left out: no python3-opencv and python3-torch)'}`,
  () => {
    let rig: TinyRig;
    beforeAll(async () => {
      rig = await makeTinyRig(6);
    });
    afterAll(() => rig.remove());

    test('answers as ONNX Runtime does and sees the signs of the drive', async () => {
      const dir = join(rig.dir, 'peer');
      const config = await loadPipelineFile(rig.pipelinePath);
      await exportPeer(config, rig.drivePath, dir, 4);
      const script = join(repoDir, 'benchmarks/python-peer/peer.py');
      const text = execFileSync(python, [script, dir, '--frames', '5'], { encoding: 'utf8' });
      const { frames, signsPerFrame, largestDifference, partsMs } = JSON.parse(text);
      expect(frames).toBe(5);
      // One red square in every picture.
      expect(signsPerFrame).toBe(1);
      expect(Object.keys(largestDifference).sort()).toEqual([
        'detection',
        'segmentation',
        'signs',
        'steering',
      ]);
      for (const difference of Object.values(largestDifference))
        expect(difference).toBeLessThan(1e-3);
      expect(partsMs.segmentation).toBeGreaterThan(0);
    });

    test('ends with the name of the network whose answers differ', async () => {
      const dir = join(rig.dir, 'spoilt');
      const config = await loadPipelineFile(rig.pipelinePath);
      await exportPeer(config, rig.drivePath, dir, 1);
      const spoil = `
import json, struct
export = json.load(open('${dir}/peer.json'))
place = export['networks']['steering']['check']['outputs']
offset = next(iter(place.values()))['offset']
blob = bytearray(open('${dir}/weights.bin', 'rb').read())
blob[offset:offset + 4] = struct.pack('<f', 12.5)
open('${dir}/weights.bin', 'wb').write(blob)`;
      execFileSync(python, ['-c', spoil]);
      const script = join(repoDir, 'benchmarks/python-peer/peer.py');
      const { status, stderr } = spawnSync(python, [script, dir, '--frames', '1'], {
        encoding: 'utf8',
      });
      expect(status).toBe(1);
      expect(stderr).toMatch(/^steering: \w+ differs from ONNX Runtime by/m);
    });
  },
);
