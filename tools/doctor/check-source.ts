import { withoutCredentials } from '../../src/capture/credentials.js';
import { openSource } from '../../src/capture/open-source.js';
import { recogniseSource } from '../../src/capture/recognise-source.js';
import type { SourceOptions } from '../../src/capture/source-options.js';
import { addressRow, type SourceRow, sourceTable } from '../../src/capture/source-table.js';
import { elapsedMs, nowNs } from '../../src/frame/clock.js';
import { type FrameLayout, frameBytes, packedRgbLayout } from '../../src/frame/frame.js';
import { type FrameSource, nextFrame } from '../../src/frame/frame-source.js';
import { amiss, type Finding, fine, reasonOf } from './finding.js';

/** Frames whose reading is timed, and the frames before them, which may have been decoded ahead. */
const readFrames = 24;
const firstFrames = 8;
/** Used if there is no source or if it does not state its layout. */
const usualLayout = packedRgbLayout(1280, 720);
const usualRateHz = 30;

/** The frames that the lanes will get. */
export interface SourceFacts {
  layout: FrameLayout;
  rateHz: number;
  /** True if size and rate are defaults because the source did not state them. */
  isAssumed: boolean;
  /** Time per frame when reading as fast as possible, milliseconds; undefined if not measured. */
  readMs: number | undefined;
}

const assumed: SourceFacts = {
  layout: usualLayout,
  rateHz: usualRateHz,
  isAssumed: true,
  readMs: undefined,
};

/** The row of the source table; undefined if no source is named or it does not exist. */
export async function rowOfSource(source: string | undefined): Promise<SourceRow | undefined> {
  if (source === undefined) return undefined;
  const address = addressRow(source);
  if (address !== undefined) return address;
  const kind = await recogniseSource(source).catch(() => undefined);
  return kind && sourceTable[kind];
}

/** Opens the source of the pipeline file as a run would, and reads its first frames. */
export async function checkSource(
  source: string | undefined,
  options: SourceOptions = {},
): Promise<{ finding: Finding; facts: SourceFacts }> {
  const name = 'source';
  if (source === undefined)
    return {
      finding: fine(name, 'none in the pipeline file: `replay` brings its own'),
      facts: assumed,
    };
  if (addressRow(source)?.isLive)
    return {
      finding: fine(name, `${withoutCredentials(source)}, not opened: \`--camera\` measures it`),
      facts: assumed,
    };
  let opened: FrameSource;
  try {
    opened = await openSource(source, options);
  } catch (error) {
    const action = 'give another `source:`, or `replay` the drive that you have';
    return { finding: amiss(name, 'missing', reasonOf(error), action, true), facts: assumed };
  }
  try {
    const { layout, nominalRateHz, frameCount } = opened.info;
    let broken: unknown;
    const readMs = await timeReading(opened).catch((error: unknown) => {
      broken = error;
      return undefined;
    });
    const facts = {
      layout,
      rateHz: nominalRateHz ?? usualRateHz,
      isAssumed: nominalRateHz === undefined,
      readMs,
    };
    const rate = nominalRateHz === undefined ? 'rate not known' : `${round(nominalRateHz)} Hz`;
    const frames = frameCount === undefined ? '' : `, ${frameCount} frames`;
    const found = `${source}: ${layout.widthPx}x${layout.heightPx}, ${rate}${frames}`;
    if (readMs === undefined) {
      const problem = broken === undefined ? 'none can be read' : reasonOf(broken);
      const finding = amiss(name, 'failed', `${found}, ${problem}`, 'record it again', true);
      return { finding, facts };
    }
    return { finding: fine(name, `${found}, read in ${readMs.toFixed(1)} ms each`, true), facts };
  } finally {
    await opened.close();
  }
}

const round = (value: number) => Math.round(value * 100) / 100;

/** Mean time per frame; throws the source's error if it breaks off. Sources decode several frames in parallel, so single times say little. */
async function timeReading(source: FrameSource): Promise<number | undefined> {
  const pixels = new Uint8Array(frameBytes(source.info.layout));
  const openNs = nowNs();
  let startNs = openNs;
  let count = 0;
  while (count < firstFrames + readFrames && (await nextFrame(source, pixels)) !== undefined) {
    count++;
    if (count === firstFrames) startNs = nowNs();
  }
  if (count === 0) return undefined;
  // If the drive ends early, all of its frames count, including the first ones.
  return count > firstFrames
    ? elapsedMs(startNs, nowNs()) / (count - firstFrames)
    : elapsedMs(openNs, nowNs()) / count;
}
