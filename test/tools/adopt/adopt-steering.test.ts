import { describe, expect, it } from 'vitest';
import { OnnxGraph } from '../../../src/onnx/onnx-graph.js';
import {
  adoptSteering,
  type DrivenPicture,
  knowSteering,
  type SteeringChoices,
} from '../../../tools/adopt/adopt-steering.js';
import { parseNetwork } from '../../../tools/adopt/network-file.js';
import { BundleRunner } from '../../../tools/evaluate/bundle-runner.js';
import { donkeyNetwork, evenBins } from '../../support/donkey-network.js';

const choices = (changes: Partial<SteeringChoices> = {}): SteeringChoices => ({
  radPerUnit: 0.4,
  positive: 'right',
  maxAngleRad: 0.6,
  maxRateRadPerS: 1.2,
  wheelbaseM: 2.7,
  feeding: {},
  name: 'donkey',
  version: '1.0.0',
  from: 'donkey.onnx',
  licence: 'MIT',
  command: 'none',
  ...changes,
});

/** Redder pictures were driven further to the left. */
const pictures: DrivenPicture[] = [0, 40, 90, 140, 200, 250].map((red) => ({
  id: `${red}`,
  image: {
    widthPx: 40,
    heightPx: 30,
    data: Uint8Array.from({ length: 3600 }, (_, i) => [red, 60, 100][i % 3]!),
  },
  steeringRad: (0.4 * red) / 255,
}));

/** A network of one output of these values: the mean of the picture times each. */
function flatNetwork(output: string, weights: number[]): Uint8Array {
  const graph = new OnnxGraph('flat');
  graph.input('image', [1, 3, 10, 20]);
  const mean = graph.node('ReduceMean', ['image'], { axes: [1, 2, 3], keepdims: 0 });
  graph.node(
    'Mul',
    [mean, graph.constant('w', [1, weights.length], Float32Array.from(weights))],
    {},
    output,
  );
  graph.output(output, [1, weights.length]);
  return graph.toBytes();
}

describe('adopting a steering network', () => {
  it.each([
    ['linear', 'n_outputs0', 'n_outputs1', 100 / 255],
    ['categorical', 'angle_out', 'throttle_out', (0.5 * 15) / 19],
  ] as const)(
    'of donkeycar’s kind finds its outputs and colours, and says %s angle and throttle',
    async (kind, angle, throttle, suggested) => {
      const network = await parseNetwork(donkeyNetwork(kind), 'donkey.onnx');
      const known = knowSteering(network, choices());
      const { bundle, chosen } = await adoptSteering(known, choices(), pictures);
      expect(chosen!.feeding).toMatchObject({ colour: 'rgb', range: '0..1' });
      expect(bundle.manifest.decode).toMatchObject({
        steering: angle,
        radPerUnit: -0.4,
        throttle: { output: throttle },
      });
      const runner = await BundleRunner.open(bundle, undefined);
      const result = await runner.run(pictures[5]!.image);
      await runner.dispose();
      // The nearest of 15 bins lies at most 1/14 away.
      const slack = kind === 'linear' ? 1e-4 : 0.4 / 14;
      if (result.stage !== 'steering') throw new Error(`expected steering, found ${result.stage}`);
      expect(Math.abs(result.rawAngleRad - pictures[5]!.steeringRad)).toBeLessThan(slack);
      expect(result.suggestedThrottle).toBeCloseTo(suggested, 3);
    },
  );

  it('says that the sign is turned where it steers against the driver', async () => {
    const network = await parseNetwork(donkeyNetwork('linear'), 'donkey.onnx');
    const own = choices({ positive: 'left' });
    await expect(adoptSteering(knowSteering(network, own), own, pictures)).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringMatching(
        /^donkey\.onnx: the sign is turned: .* correlation -1\.00 on 6 pictures/,
      ),
    });
  });

  it('reads one of several values, and a distribution over the bins that are told', async () => {
    const two = await parseNetwork(flatNetwork('out', [1, 2]), 'two.onnx');
    const told = choices({ angle: { output: 'out', at: 1 }, throttle: { output: 'out', at: 0 } });
    expect(knowSteering(two, told).decodings).toMatchObject([{ at: 1, throttle: { at: 0 } }]);
    const bins = await parseNetwork(flatNetwork('steer', [1, 2, 3, 4, 5]), 'bins.onnx');
    const even = knowSteering(bins, choices({ bins: [-2, 2] })).decodings;
    expect(even.map(({ distribution }) => distribution)).toEqual([
      { bins: evenBins(-2, 2, 5), values: 'logits', read: 'largest' },
      { bins: evenBins(-2, 2, 5), values: 'logits', read: 'mean' },
    ]);
    const each = knowSteering(bins, choices({ bins: [-9, -1, 0, 1, 9] })).decodings;
    expect(each[0]!.distribution!.bins).toEqual([-9, -1, 0, 1, 9]);
  });

  it('asks by name for what no file says', async () => {
    const two = await parseNetwork(flatNetwork('out', [1, 2]), 'two.onnx');
    const bins = await parseNetwork(flatNetwork('steer', [1, 2, 3, 4, 5]), 'bins.onnx');
    const donkey = await parseNetwork(donkeyNetwork('linear'), 'donkey.onnx');
    const cases: [() => unknown, RegExp][] = [
      [
        () => knowSteering(two, choices()),
        /output out has two values: expected --output out:0 or out:1/,
      ],
      [
        () => knowSteering(two, choices({ angle: { output: 'out', at: 2 } })),
        /--output: expected a value from 0 to 1 of out, found 2/,
      ],
      [
        () => knowSteering(donkey, choices({ angle: { output: 'wheel' } })),
        /--output: expected one of n_outputs0 \[1, 1\], n_outputs1 \[1, 1\], found wheel/,
      ],
      [
        () => knowSteering(bins, choices({ bins: [1, 2, 3] })),
        /--bins: expected the first and the last, or 5 numbers/,
      ],
      [
        () => knowSteering(donkey, choices({ radPerUnit: undefined })),
        /expected --per-unit .* found no --per-unit/,
      ],
      [
        () => knowSteering(donkey, choices({ positive: undefined })),
        /--positive left or right, found no --positive/,
      ],
    ];
    for (const [work, message] of cases) expect(work).toThrow(message);
  });
});
