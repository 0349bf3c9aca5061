import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodePng } from '../../src/codec/image-codec.js';
import { windshield } from '../support/command-line.js';
import { writeTinyLights } from '../support/tiny-bundles.js';
import { makeTinyRig } from '../support/tiny-rig.js';
import { writeFolder } from '../tools/datasets/dataset-builders.js';

const red = [230, 20, 20];
const green = [20, 230, 20];
let crops: Record<string, Uint8Array>;
beforeAll(async () => {
  const crop = (rgb: number[]) =>
    encodePng({
      widthPx: 16,
      heightPx: 16,
      data: Uint8Array.from({ length: 768 }, (_, i) => rgb[i % 3]!),
    });
  const [redPng, greenPng] = await Promise.all([crop(red), crop(green)]);
  crops = {
    'red/a.png': redPng,
    'red/b.png': redPng,
    'green/a.png': greenPng,
    // Labelled wrongly, so that a score of 1 is not to be had.
    'blue/a.png': greenPng,
  };
});

async function lights() {
  const data = writeFolder(crops);
  const bundle = join(writeFolder({ x: '' }), 'lights');
  await writeTinyLights(bundle);
  return { data, bundle, from: ['--data', data, '--format', 'sign-folders'] };
}

describe('a classifier of lights', () => {
  test('is evaluated on crops in a folder a state, and reported as lights', async () => {
    const { data, bundle, from } = await lights();
    const words = ['evaluate', 'lights', bundle, ...from, '--report', data];
    const { code, stdout, stderr } = await windshield([...words, '--json']).finished;
    expect(stderr).toMatch(/wrote .*lights\.html/);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      task: 'lights',
      count: 4,
      metrics: { accuracy: 0.75 },
    });
    const page = readFileSync(join(data, 'lights.html'), 'utf8');
    expect(page).toContain('Confusion of the light classes');
    expect(page).toContain('the rig does not read a light');
    const table = await windshield(words.slice(0, -2)).finished;
    expect(table.stdout).toMatch(/^task +lights$/m);
  });

  test('is quantised, and its states are still the ones that the data names', async () => {
    const { bundle, from } = await lights();
    const out = `${bundle}-int8`;
    const made = await windshield(['quantize', bundle, ...from, '--out', out, '--json']).finished;
    expect(made.stderr).toMatch(/float32: accuracy 0\.7500 on 4 samples/);
    expect(made.code).toBe(0);
    const scored = await windshield(['evaluate', 'lights', out, ...from, '--json']).finished;
    expect(JSON.parse(scored.stdout).metrics.accuracy).toBe(0.75);
  });

  test('rides beside signs from the shell: told, drawn, compared and repeated', async () => {
    const rig = await makeTinyRig(12, 40);
    try {
      await writeTinyLights(join(rig.dir, 'models', 'lights'));
      const pipeline = await rig.writePipeline('lights.yaml', {
        bundles: { detection: 'models/detection', signs: 'models/signs', lights: 'models/lights' },
        lanes: [['detection', 'signs', 'lights']],
      });
      const out = join(rig.dir, 'out.mcap');
      const again = join(rig.dir, 'again.mcap');
      const replay = ['replay', rig.drivePath, '--pipeline', pipeline, '--lockstep', '--json'];
      const { code, stdout } = await windshield([...replay, '--out', out]).finished;
      expect(code).toBe(0);
      expect(JSON.parse(stdout).stages.lights.states.ok).toBe(12);
      const repeated = await windshield([...replay, '--modes-from', out, '--out', again]).finished;
      expect(repeated.code).toBe(0);
      const { stdout: verdict } = await windshield(['diff', out, again]).finished;
      expect(verdict).toMatch(/identical|no difference|the same/i);
      const png = join(rig.dir, 'frame.png');
      const drawn = await windshield(['picture', out, '--drive', rig.drivePath, '--out', png])
        .finished;
      expect(drawn.code).toBe(0);
    } finally {
      await rig.remove();
    }
  });
});
