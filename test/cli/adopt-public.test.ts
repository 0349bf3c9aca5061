import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repoDir, windshield } from '../support/command-line.js';
import { sharedDataDir } from '../support/shared-data.js';

const models = fileURLToPath(new URL('../../../shared/models/', import.meta.url));
const data = sharedDataDir() ?? '';
const video = join(data, 'road_scenes/videos/vehicle_detection_test_video.mp4');
const isHere = existsSync(models) && existsSync(join(data, 'kitti_object')) && existsSync(video);

describe.skipIf(!isHere)(
  'public networks, adopted from the shell (skipped where ../shared is absent)',
  () => {
    let dir: string;
    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'windshield-public-'));
    });
    afterAll(() => rm(dir, { recursive: true, force: true }));

    test('FastestDet is recognised without --like, fed rightly by 24 labelled pictures, and certified', async () => {
      const out = join(dir, 'fastestdet');
      const labels = ['--data', join(data, 'kitti_object'), '--format', 'kitti'];
      const words = ['adopt', join(models, 'fastestdet.onnx'), ...labels, '--out', out];
      const { code, stdout } = await windshield(words).finished;
      expect(code).toBe(0);
      const lines = stdout.split('\n');
      expect(lines[0]).toBe('fastestdet.onnx: family fastestdet');
      const score = (way: string) =>
        Number(/(\d\.\d+) /.exec(lines.find((line) => line.includes(way))!.slice(50))![1]);
      const right = score('* bgr 0..1, stretch');
      expect(right).toBeGreaterThan(0.4);
      for (const wrong of ['rgb 0..1, stretch', 'bgr 0..1, letterbox,', 'bgr -1..1, letterbox,'])
        expect(score(wrong)).toBeLessThan(right - 0.08);
      const inspected = await windshield(['bundle', 'inspect', out]).finished;
      expect(inspected.stdout).toMatch(/because .*input input\.1: float32, nchw, 352x352/);
      expect(inspected.stdout).toMatch(
        /feeding chosen by AP at IoU 0\.5 0\.\d+ on 24 labelled pictures/,
      );
      const checked = await windshield(['bundle', 'check', out]).finished;
      expect([checked.code, checked.stdout]).toEqual([
        0,
        expect.stringMatching(/^cpu\s+certified/m),
      ]);
    });

    test('YOLOX-nano drives a real video beside our signs, segmentation and steering', async () => {
      const out = join(dir, 'yolox');
      const certain = [
        '--colour',
        'bgr',
        '--range',
        '0..255',
        '--fit',
        'letterbox-top-left',
        '--pad',
        '114',
      ];
      const words = ['adopt', join(models, 'yolox_nano.onnx'), ...certain, '--out', out];
      expect((await windshield(words).finished).code).toBe(0);
      const { adopted } = JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8'));
      expect(adopted).toMatchObject({ family: 'yolox', feedingBy: 'options' });
      const ours = ['signs', 'segmentation', 'steering'].map(
        (task) => `  ${task}: ${repoDir}models/${task}`,
      );
      const pipeline = join(dir, 'mixed.yaml');
      const lanes = 'lanes: [[steering, detection, signs, segmentation]]';
      await writeFile(
        pipeline,
        `source: ${video}\nbundles:\n  detection: yolox\n${ours.join('\n')}\n${lanes}\n`,
      );
      const replay = ['replay', video, '--pipeline', pipeline, '--lockstep', '--json'];
      const { code, stdout } = await windshield(replay).finished;
      expect(code).toBe(0);
      const { frames, stages } = JSON.parse(stdout);
      expect(frames).toMatchObject({ in: 38, published: 38 });
      for (const task of ['detection', 'signs', 'segmentation', 'steering'])
        expect(stages[task].states.ok, task).toBe(38);
    });
  },
);
