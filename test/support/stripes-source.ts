import { type FrameLayout, frameBytes } from '../../src/frame/frame.js';
import type { FrameSource } from '../../src/frame/frame-source.js';

export interface StripesSource extends FrameSource {
  readonly closings: number;
}

/** A source of a program's own: `frameCount` frames, each of one colour that says its number, 20 a second. */
export function stripesSource(
  frameCount: number,
  changes: { failAt?: number; isLive?: boolean; widthPx?: number; heightPx?: number } = {},
): StripesSource {
  const { failAt, isLive = false, widthPx = 64, heightPx = 48 } = changes;
  const layout: FrameLayout = { format: 'rgb8', widthPx, heightPx, strideBytes: widthPx * 3 };
  let id = 0;
  let closings = 0;
  return {
    info: { name: 'stripes', layout, nominalRateHz: 20, frameCount, isLive },
    skipped: {},
    get closings() {
      return closings;
    },
    async read(into) {
      if (id === failAt) throw new Error('the cable was pulled');
      if (id >= frameCount || closings > 0) return { kind: 'ended' };
      into.fill(id, 0, frameBytes(layout));
      const frame = { id, sourceTimeNs: BigInt(id) * 50_000_000n, stampNs: 0n };
      id++;
      return frame;
    },
    async close() {
      closings++;
    },
  };
}
