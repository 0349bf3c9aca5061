import { describe, expect, test } from 'vitest';
import { frameBytes, rowBytes } from '../../src/frame/frame.js';
import { type FrameSource, isSourceEnd, type SourceFrame } from '../../src/frame/frame-source.js';

export interface SourceCase {
  /** Opens the source again; called for each check. */
  open(): Promise<FrameSource>;
  /** Ids that the source must deliver, in order; of a live source the first ones. */
  ids: number[];
  /** Frames that it must count as skipped by its end, by reason. */
  skipped?: Record<string, number>;
  /** Colour of the whole frame, [red, green, blue], where it is known. */
  colourOf?(id: number): [number, number, number];
  /** Why the source goes on for ever: checks of its end are left out for this reason. */
  endless?: string;
  /** Why two passes differ: the check that they agree is left out for this reason. */
  unrepeatable?: string;
  /** Why none of the checks can run here; undefined where they can. */
  skip?: string | undefined;
}

/** Differences that JPEG and conversions between colour spaces may make. */
const colourTolerance = 6;

/** The contract of FrameSource (src/frame/frame-source.ts), for every implementation. */
export function checkSource(name: string, source: SourceCase): void {
  const { ids, skipped = {}, colourOf, endless, unrepeatable } = source;
  const left = (reason: string | undefined) =>
    reason === undefined ? '' : ` (left out: ${reason})`;

  describe.skipIf(source.skip !== undefined)(`${name}${left(source.skip)}`, () => {
    const using = async (check: (opened: FrameSource) => Promise<void>): Promise<void> => {
      const opened = await source.open();
      try {
        await check(opened);
      } finally {
        await opened.close();
      }
    };

    test('says name, layout and length before the first read', () =>
      using(async ({ info }) => {
        expect(info.name).not.toBe('');
        const { format, widthPx, strideBytes } = info.layout;
        expect(strideBytes).toBeGreaterThanOrEqual(rowBytes(format, widthPx));
        const total = ids.length + Object.values(skipped).reduce((sum, count) => sum + count, 0);
        expect(info.frameCount).toBe(endless === undefined ? total : undefined);
        expect(info.isLive ?? false).toBe(endless !== undefined);
      }));

    test('delivers its frames in order, with ids, times and colours, into shared memory', () =>
      using(async (opened) => {
        const pixels = new Uint8Array(new SharedArrayBuffer(frameBytes(opened.info.layout)));
        let lastTimeNs = -1n;
        for (const id of ids) {
          const frame = (await opened.read(pixels)) as SourceFrame;
          expect(frame).toMatchObject({ id });
          if (lastTimeNs < 0n && id === 0) expect(frame.sourceTimeNs).toBe(0n);
          expect(frame.sourceTimeNs).toBeGreaterThan(lastTimeNs);
          lastTimeNs = frame.sourceTimeNs;
          if (colourOf !== undefined) expectColour(opened, pixels, colourOf(id));
        }
      }));

    test('writes all bytes of its frame and none beside it', () =>
      using(async (opened) => {
        const lengthBytes = frameBytes(opened.info.layout);
        const guarded = new Uint8Array(lengthBytes + 64).fill(0xa5);
        await opened.read(guarded.subarray(32, 32 + lengthBytes));
        expect(new Set(guarded.subarray(0, 32))).toEqual(new Set([0xa5]));
        expect(new Set(guarded.subarray(32 + lengthBytes))).toEqual(new Set([0xa5]));
        const { format, widthPx, heightPx, strideBytes } = opened.info.layout;
        const packedBytes = rowBytes(format, widthPx);
        for (let y = 0; y < heightPx; y++) {
          const row = guarded.subarray(32 + y * strideBytes, 32 + y * strideBytes + packedBytes);
          expect(row.every((byte) => byte === 0xa5)).toBe(false);
        }
      }));

    test.skipIf(endless !== undefined)(
      `ends once for ever, with every frame delivered or counted${left(endless)}`,
      () =>
        using(async (opened) => {
          const pixels = new Uint8Array(frameBytes(opened.info.layout));
          const delivered: number[] = [];
          let result = await opened.read(pixels);
          while (!isSourceEnd(result)) {
            delivered.push(result.id);
            result = await opened.read(pixels);
          }
          expect(delivered).toEqual(ids);
          expect(result).toEqual({ kind: 'ended' });
          expect(opened.skipped).toEqual(skipped);
          expect(await opened.read(pixels)).toEqual(result);
          expect(await opened.read(pixels)).toEqual(result);
        }),
    );

    test.skipIf(unrepeatable !== undefined)(
      `gives the same bytes at every pass${left(unrepeatable)}`,
      async () => {
        const passes = await Promise.all([source.open(), source.open()]);
        const buffers = passes.map(({ info }) => Buffer.alloc(frameBytes(info.layout)));
        for (let i = 0; i < ids.length; i++) {
          const [a, b] = await Promise.all(passes.map((pass, n) => pass.read(buffers[n]!)));
          expect(a).toEqual(b);
          expect(buffers[0]!.equals(buffers[1]!)).toBe(true);
        }
        await Promise.all(passes.map((pass) => pass.close()));
      },
    );

    test('can be closed before the first read, twice, and then has ended', async () => {
      const opened = await source.open();
      await opened.close();
      await opened.close();
      const pixels = new Uint8Array(frameBytes(opened.info.layout));
      expect(await opened.read(pixels)).toEqual({ kind: 'ended' });
    });

    test('can be closed while a read is pending, which then ends', async () => {
      const opened = await source.open();
      const pixels = new Uint8Array(frameBytes(opened.info.layout));
      const pending = opened.read(pixels);
      await opened.close();
      expect(await pending).toEqual({ kind: 'ended' });
    });
  });
}

/** Compares the frame's corners and middle. */
function expectColour(
  { info }: FrameSource,
  pixels: Uint8Array,
  colour: [number, number, number],
): void {
  const { widthPx, heightPx, strideBytes } = info.layout;
  for (const [x, y] of [
    [0, 0],
    [widthPx - 1, 0],
    [widthPx >> 1, heightPx >> 1],
    [widthPx - 1, heightPx - 1],
  ] as const) {
    for (let channel = 0; channel < 3; channel++) {
      const value = pixels[y * strideBytes + x * 3 + channel]!;
      expect(Math.abs(value - colour[channel]!)).toBeLessThanOrEqual(colourTolerance);
    }
  }
}
