import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { decodeImage, measureTexts, overlaySvgPng } from '../../src/codec/image-codec.js';
import { PerceptionFrameSchema } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { blendMask } from '../../src/viewer/blend-mask.js';
import { overlaySvg, overlayTexts } from '../../src/viewer/overlay-svg.js';
import { estimatedTextWidth, fontFamily } from '../../src/viewer/svg-text.js';

const frame = create(PerceptionFrameSchema, {
  frameId: 7n,
  widthPx: 320,
  heightPx: 240,
  detections: [
    { className: 'car', score: 0.81, boxPx: { xMin: 20, yMin: 60, xMax: 120, yMax: 140 } },
    { className: 'traffic_sign', score: 0.9, boxPx: { xMin: 200, yMin: 30, xMax: 240, yMax: 70 } },
  ],
  signs: [{ classId: 1, className: 'speed_limit_30', probability: 0.97, detectionIndex: 1 }],
  steering: { angleRad: 0.1, isLimited: true },
});

describe('the overlay', () => {
  it('names the sign that was read instead of the box it stands in', () => {
    const { svg } = overlaySvg(frame);
    expect(svg).toContain('car 81 %');
    expect(svg).toContain('speed limit 30 97 %');
    expect(svg).not.toContain('traffic sign 90 %');
    expect(svg).toContain('5.7° left (limited)');
  });

  it('draws its boxes where they are', async () => {
    const black = { widthPx: 320, heightPx: 240, data: new Uint8Array(320 * 240 * 3) };
    const { svg, legendHeightPx } = overlaySvg(frame, { legend: [] });
    const { data, heightPx } = await decodeImage(await overlaySvgPng(black, svg, legendHeightPx));
    expect(heightPx).toBe(240 + legendHeightPx);
    const pixel = (x: number, y: number) => [
      ...data.subarray((y * 320 + x) * 3, (y * 320 + x) * 3 + 3),
    ];
    expect(pixel(20, 100)[2]).toBeGreaterThan(150);
    expect(pixel(70, 100)).toEqual([0, 0, 0]);
  });

  it('keeps a name that looks like markup as text', () => {
    const hostile = create(PerceptionFrameSchema, {
      widthPx: 10,
      heightPx: 10,
      detections: [
        { className: '<script>&', score: 1, boxPx: { xMin: 0, yMin: 0, xMax: 5, yMax: 5 } },
      ],
    });
    expect(overlaySvg(hostile).svg).not.toContain('<script>');
  });
});

describe('the legend', () => {
  it('names the frame, each class of a box once, and what else it is told of', () => {
    const { svg } = overlaySvg(frame, {
      legend: [{ colour: '#804080', words: 'road', mark: 'surface' }],
    });
    const legend = svg.slice(svg.indexOf('translate(0 240)'));
    const words = [...legend.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);
    expect(words).toEqual(['frame 7', 'car', 'traffic sign', 'road']);
  });

  it('is left out where nobody asks for one, and the frame is named in the picture', () => {
    const { svg, legendHeightPx } = overlaySvg(frame);
    expect(legendHeightPx).toBe(0);
    expect(svg).toContain('>frame 7<');
  });

  it('takes as many rows as its entries need', () => {
    const legend = Array.from({ length: 40 }, (_, i) => ({
      colour: '#804080',
      words: `class ${i}`,
      mark: 'surface' as const,
    }));
    const [few, many] = [overlaySvg(frame, { legend: [] }), overlaySvg(frame, { legend })];
    expect(many.legendHeightPx).toBeGreaterThan(3 * few.legendHeightPx);
  });
});

describe('a chip', () => {
  it('is as wide as its text, by the engine that draws it', async () => {
    const { fontPx, words } = overlayTexts(frame);
    const widths = await measureTexts(words, fontFamily, fontPx);
    const { svg } = overlaySvg(frame, {
      widthOf: (text, px) => (px === fontPx ? widths.get(text)! : estimatedTextWidth(text, px)),
    });
    const chip =
      /<rect x="[^"]*" y="[^"]*" width="(\d+)" height="\d+" fill="#4cc9f0"\/><text x="([^"]*)"[^>]*>car 81 %/;
    const [, chipPx] = chip.exec(svg)!;
    // Drawn alone in white on black, the text ends where the chip does, within its padding.
    const canvas = { widthPx: 320, heightPx: 40, data: new Uint8Array(320 * 40 * 3) };
    const alone = `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="40" font-family="${fontFamily}" font-weight="bold"><text x="0" y="25" font-size="${fontPx}" fill="#ffffff">car 81 %</text></svg>`;
    const { data } = await decodeImage(await overlaySvgPng(canvas, alone));
    let lastColumn = 0;
    for (let at = 0; at < 320 * 40; at++)
      if (data[at * 3]! > 100) lastColumn = Math.max(lastColumn, at % 320);
    expect(Math.abs(Number(chipPx) - 8 - lastColumn)).toBeLessThanOrEqual(3);
  });
});

describe('the blended mask', () => {
  it('colours pixels by the class at their place and leaves alone what the network did not see', () => {
    const picture = { widthPx: 4, heightPx: 1, data: new Uint8Array(12).fill(100) };
    const map = {
      classes: Uint8Array.of(0, 1),
      paletteRgb: [
        [0, 0, 0],
        [200, 100, 0],
      ] as [number, number, number][],
    };
    blendMask(picture, map, Int32Array.of(0, 0, 1, -1));
    expect([...picture.data]).toEqual([55, 55, 55, 55, 55, 55, 145, 100, 55, 100, 100, 100]);
  });
});
