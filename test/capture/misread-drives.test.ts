import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { cameraOf } from '../../src/capture/camera-of.js';
import { openSource } from '../../src/capture/open-source.js';
import type { SourceOptions } from '../../src/capture/source-options.js';
import { frameBytes } from '../../src/frame/frame.js';
import { isSourceEnd } from '../../src/frame/frame-source.js';
import { whyMissing } from './tools.js';

const at = (name: string) => fileURLToPath(new URL(`../cases/${name}`, import.meta.url));
const skip = whyMissing('ffmpeg') ?? whyMissing('ffprobe');
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** Plays a source from end to end: ids, times in seconds, what was skipped and what was said. */
async function play(name: string, options: SourceOptions = {}) {
  const source = await openSource(at(name), options);
  try {
    const { layout, frameCount, nominalRateHz } = source.info;
    const pixels = new Uint8Array(frameBytes(layout));
    const ids: number[] = [];
    const timesS: number[] = [];
    const firstRgb: number[][] = [];
    for (;;) {
      const result = await source.read(pixels);
      if (isSourceEnd(result)) {
        expect(result.kind).toBe('ended');
        break;
      }
      ids.push(result.id);
      timesS.push(Math.round(Number(result.sourceTimeNs) / 1e3) / 1e6);
      firstRgb.push([...pixels.subarray(0, 3)]);
    }
    const size = `${layout.widthPx}x${layout.heightPx}`;
    const { skipped, notes = [] } = source;
    return { size, frameCount, nominalRateHz, ids, timesS, firstRgb, skipped, notes };
  } finally {
    await source.close();
  }
}

const stepsOf = (ids: readonly number[], stepS: number) =>
  ids.map((id) => Math.round(id * stepS * 1e6) / 1e6);

describe.skipIf(skip !== undefined)(
  `films${skip === undefined ? '' : ` (left out: ${skip})`}`,
  () => {
    test('of a film that turns in mid-drive the frames of another size are counted, not resized', async () => {
      const played = await play('06-size-changes-in-video/turned-in-mid-drive.m2ts');
      expect(played).toMatchObject({ size: '320x180', frameCount: 12, skipped: { size: 6 } });
      expect(played.ids).toEqual(range(0, 6));
      expect(played.timesS).toEqual(stepsOf(played.ids, 0.1));
    });

    test('of a film whose size changes and comes back, ids and times show the gap', async () => {
      const played = await play('06-size-changes-in-video/size-changes.m2ts');
      expect(played).toMatchObject({ size: '320x180', frameCount: 18, skipped: { size: 6 } });
      expect(played.ids).toEqual([...range(0, 6), ...range(12, 18)]);
      expect(played.timesS).toEqual(stepsOf(played.ids, 0.05));
      // Red, then green: no pixel is cut by the wrong size.
      const isMostly = (channel: number) => (rgb: number[]) => Math.max(...rgb) === rgb[channel];
      expect(played.firstRgb.slice(0, 6).every(isMostly(0))).toBe(true);
      expect(played.firstRgb.slice(6).every(isMostly(1))).toBe(true);
    });

    test('frames of an AVI with B-frames come at even steps', async () => {
      for (const name of ['mpeg4-b-frames', 'h264-b-frames']) {
        const played = await play(`07-avi/${name}.avi`);
        expect(played.ids).toEqual(range(0, 20));
        expect(played.timesS).toEqual(stepsOf(range(0, 20), 0.05));
        expect(played.skipped).toEqual({});
      }
    });

    test('places without a picture in an AVI show as a gap of the ids', async () => {
      const played = await play('07-avi/null-frames.avi');
      const ids = [0, 1, 2, 3, 8, 9, 10, 11, 13, 14, 15, 16, 17, 18, 19];
      expect(played).toMatchObject({ ids, skipped: { missing: 5 }, frameCount: 20 });
      expect(played.timesS).toEqual(stepsOf(ids, 0.05));
    });

    test('frames behind a hole of the file keep their own times', async () => {
      const played = await play('09-frames-that-do-not-decode/hole.mkv');
      const ids = [...range(0, 6), ...range(10, 20)];
      expect(played).toMatchObject({ ids, skipped: { undecodable: 4 }, frameCount: 20 });
      expect(played.timesS).toEqual(stepsOf(ids, 0.1));
    });

    test('a rate that no camera has is not believed, and said', async () => {
      const played = await play('10-h264-microsecond-ticks/pi.h264');
      expect(played).toMatchObject({ ids: range(0, 20), nominalRateHz: 25 });
      expect(played.timesS).toEqual(stepsOf(range(0, 20), 0.04));
      expect(played.notes).toEqual([expect.stringContaining('it says 1000000 frames a second')]);
      const told = await play('10-h264-microsecond-ticks/pi.h264', { rateHz: 20 });
      expect(told.timesS).toEqual(stepsOf(range(0, 20), 0.05));
      expect(told.notes).toEqual([]);
    });
  },
);

describe('recordings', () => {
  test('a calibration of zeros or of no numbers is none, and said', async () => {
    for (const name of ['zeros-no-model', 'zeros-plumb-bob', 'nan-k', 'zeros-no-size', 'empty-k']) {
      const notes: string[] = [];
      const path = at(`12-uncalibrated-camera/${name}.mcap`);
      const camera = await cameraOf('recording', path, { note: (text) => notes.push(text) });
      expect(camera, name).toBeUndefined();
      expect(notes, name).toEqual([expect.stringContaining('was never calibrated')]);
    }
    const notes: string[] = [];
    const control = at('12-uncalibrated-camera/control.mcap');
    const camera = await cameraOf('recording', control, { note: (text) => notes.push(text) });
    expect(camera?.fxPx).toBeGreaterThan(10);
    expect(notes).toEqual([]);
  });

  test('a recording of ROS 2 plays', async () => {
    const played = await play('21-ros2-recording/ros2.mcap');
    expect(played).toMatchObject({ ids: range(0, 4), skipped: {}, frameCount: 4, notes: [] });
    expect(new Set(played.firstRgb.map(String)).size).toBeGreaterThan(0);
  });
});
