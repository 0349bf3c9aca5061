import { expect, test } from 'vitest';
import { adoptCommandLine, originOf } from '../../cli/adopt-command-line.js';
import type { AdoptFlags } from '../../cli/adopt-flags.js';

const usual: AdoptFlags = {
  ...{ task: 'detection', cropMargin: 0, abstainBelow: 0.5, unmapped: 'drop', threshold: 0.3 },
  ...{ nms: 'hard', nmsIou: 0.5, licence: 'MIT', out: '/home/me/out' },
  ...{ maxAngle: 0.6, maxRate: 1.2, wheelbase: 2.7 },
};

test('the command of a model card names every choice and no path', () => {
  const detector = adoptCommandLine({
    ...usual,
    ...{ classes: '/home/me/names', map: '/home/me/map', unmapped: 'keep', nms: 'soft' },
    ...{ fit: 'letterbox', range: '0..255', colour: 'bgr', pad: 0, data: '/home/me/d' },
    ...{ format: 'voc', split: 'val', nmsAcrossClasses: true },
  });
  expect(detector).toBe(
    'npx windshield adopt <network.onnx> --task detection --classes <classes> --map <map> ' +
      '--colour bgr --range 0..255 --fit letterbox --pad 0 --unmapped keep --threshold 0.3 --nms soft ' +
      '--nms-across-classes --data <data> --format voc --split val --out <folder>',
  );
});

test('choices of its own task are named, and names with spaces are quoted', () => {
  const map = adoptCommandLine({ ...usual, task: 'segmentation', drivable: "road,driver's lane" });
  expect(map).toContain("--task segmentation --drivable 'road,driver'\\''s lane' --out");
  const steering = adoptCommandLine({
    ...{ ...usual, task: 'steering', perUnit: 0.5, positive: 'left', bins: [-1, 1] },
    throttle: { output: 'out', at: 1 },
  });
  expect(steering).toContain(
    '--per-unit 0.5rad --positive left --bins=-1,1 --throttle out:1 --max-angle 0.6rad',
  );
  expect(adoptCommandLine({ ...usual, task: 'lights', multiLabel: true })).toContain(
    '--crop-margin 0 --multi-label --abstain-below 0.5',
  );
});

test('an address stands in the card without name, password and query, a file with its name alone', () => {
  expect(originOf('https://me:word@models.test/a/b.onnx?X-Amz-Signature=abc#top', 'b.onnx')).toBe(
    'https://models.test/a/b.onnx',
  );
  expect(originOf('/home/me/b.onnx', 'b.onnx')).toBe('b.onnx');
});
