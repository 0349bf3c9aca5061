import { openSource } from '../../src/capture/open-source.js';
import { frameBytes } from '../../src/frame/frame.js';
import { nextFrame } from '../../src/frame/frame-source.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import type { RgbImage } from '../datasets/sample.js';

/**
 * The first frame of a recorded drive at `atS` seconds or later, on the source's own time line. Rejects as openSource
 * does, with the source's error if the drive breaks off before, and with ERR_USAGE if it is shorter or its frames are not
 * rgb8.
 */
export async function frameAt(path: string, atS: number): Promise<RgbImage & { timeS: number }> {
  const source = await openSource(path);
  try {
    const { format, widthPx, heightPx } = source.info.layout;
    if (format !== 'rgb8')
      throw new PerceptionError('ERR_USAGE', `${path}: expected frames of rgb8, found ${format}`);
    const data = new Uint8Array(frameBytes(source.info.layout));
    let lastS = 0;
    for (;;) {
      const frame = await nextFrame(source, data);
      if (frame === undefined) break;
      lastS = Number(frame.sourceTimeNs) / 1e9;
      if (lastS >= atS - 1e-9) return { widthPx, heightPx, data, timeS: lastS };
    }
    throw new PerceptionError(
      'ERR_USAGE',
      `${path}: expected a frame at ${atS} s, found ${lastS.toFixed(2)} s of drive`,
    );
  } finally {
    await source.close();
  }
}
