import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createInputMapping } from '../../src/preprocess/input-mapping.js';
import { buildRemapTable, preprocessInto } from '../../src/preprocess/remap-table.js';
import { cameraModels, plumbBob } from '../support/camera-models.js';
import { inputSpec, paintedFrame } from '../support/frames.js';

const frame = { widthPx: 1280, heightPx: 720 };
const share = fc.double({ min: 0, max: 1, noNaN: true });

describe('the mapping between input and frame', () => {
  it('puts the corners of the input on those of its region', () => {
    const spec = inputSpec({ regionNorm: [0.25, 0.5, 0.75, 1], widthPx: 200, heightPx: 66 });
    const { frameFromInputPoint } = createInputMapping(spec, frame);
    expect(frameFromInputPoint(0, 0)).toEqual([320, 360]);
    expect(frameFromInputPoint(1, 1)).toEqual([960, 720]);
  });

  it('takes the bars of a letterbox into account', () => {
    const spec = inputSpec({ fit: 'letterbox', widthPx: 300, heightPx: 300 });
    const { frameFromInputPoint } = createInputMapping(spec, frame);
    const [x, y] = frameFromInputPoint(0.5, 0.5)!;
    expect(x).toBeCloseTo(640, 9);
    expect(y).toBeCloseTo(360, 9);
    // 1280x720 in a square: the picture covers 720 / 1280 of the height.
    const top = frameFromInputPoint(0, (1 - 720 / 1280) / 2)!;
    expect(top[0]).toBeCloseTo(0, 9);
    expect(top[1]).toBeCloseTo(0, 9);
  });

  it.each([['no camera', undefined], ...Object.entries(cameraModels)] as const)(
    'goes there and back again with %s',
    (_, camera) => {
      const spec = inputSpec({ regionNorm: [0.1, 0.2, 0.9, 0.95], fit: 'letterbox' });
      const mapping = createInputMapping(spec, frame, camera);
      fc.assert(
        fc.property(share, share, (x, y) => {
          const point = mapping.frameFromInputPoint(x, y);
          if (point === undefined) return false;
          const [backX, backY] = mapping.inputFromFramePoint(...point)!;
          return Math.abs(backX - x) < 1e-6 && Math.abs(backY - y) < 1e-6;
        }),
        { numRuns: 200 },
      );
    },
  );

  it('finds in the frame what preprocessing brought into the input', () => {
    // One bright dot in the captured frame; where the input is brightest, the mapping must lead back to it.
    const dot = { x: 1031, y: 207 };
    const { layout, pixels } = paintedFrame(1280, 720, (column, row) => {
      const isDot = Math.abs(column - dot.x) <= 3 && Math.abs(row - dot.y) <= 3;
      return isDot ? [255, 255, 255] : [0, 0, 0];
    });
    const spec = inputSpec({ fit: 'letterbox', widthPx: 640, heightPx: 500 });
    const out = new Float32Array(3 * 640 * 500);
    preprocessInto(buildRemapTable(spec, layout, plumbBob), pixels, out);
    let weight = 0;
    let sumX = 0;
    let sumY = 0;
    for (let i = 0; i < 640 * 500; i++) {
      const row = Math.floor(i / 640);
      // The bars above and below are grey.
      if (row < 75 || row > 425) continue;
      weight += out[i]!;
      sumX += out[i]! * ((i % 640) + 0.5);
      sumY += out[i]! * (row + 0.5);
    }
    const mapping = createInputMapping(spec, layout, plumbBob);
    const [x, y] = mapping.frameFromInputPoint(sumX / weight / 640, sumY / weight / 500)!;
    expect(x).toBeCloseTo(dot.x + 0.5, 0);
    expect(y).toBeCloseTo(dot.y + 0.5, 0);
  });

  it('maps boxes to the upright box around them, clipped to the frame', () => {
    const { frameFromInputBox } = createInputMapping(inputSpec(), frame);
    expect(frameFromInputBox([0.25, 0.5, 0.5, 0.75])).toEqual([320, 360, 640, 540]);
    expect(frameFromInputBox([-0.5, -0.5, 0.5, 2])).toEqual([0, 0, 640, 720]);
    expect(frameFromInputBox([1.1, 0, 1.2, 1])).toBeUndefined();
    expect(frameFromInputBox([Number.NaN, 0, 1, 1])).toBeUndefined();
  });

  it('covers the whole mapped box under a lens, not only its corners', () => {
    const mapping = createInputMapping(inputSpec(), frame, plumbBob);
    const box = [0.3, 0.02, 0.7, 0.3] as [number, number, number, number];
    const [left, top, right, bottom] = mapping.frameFromInputBox(box)!;
    fc.assert(
      fc.property(share, share, (x, y) => {
        const inside = mapping.frameFromInputPoint(
          box[0] + x * (box[2] - box[0]),
          box[1] + y * (box[3] - box[1]),
        )!;
        // Between the points that are looked at an edge may bulge a little further.
        const slackPx = 0.5;
        return (
          inside[0] >= left - slackPx &&
          inside[0] <= right + slackPx &&
          inside[1] >= top - slackPx &&
          inside[1] <= bottom + slackPx
        );
      }),
    );
  });

  it('refuses a calibration of another size', () => {
    expect(() =>
      createInputMapping(inputSpec(), { widthPx: 640, heightPx: 360 }, plumbBob),
    ).toThrow(expect.objectContaining({ code: 'ERR_CALIBRATION' }));
  });
});
