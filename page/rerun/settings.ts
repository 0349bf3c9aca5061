import type { Manifest } from '../../src/bundle/manifest.js';
import { isDetection, type OutputSpec, readsCrops } from '../../src/bundle/output-spec.js';

/** Settings of the sliders, 0..1. Undefined: the bundle's own value. */
export interface RerunSettings {
  scoreThreshold?: number | undefined;
  nmsIou?: number | undefined;
  abstainBelow?: number | undefined;
}

/** A bundle's own values of the settings that it has. */
export function settingsOf(decode: OutputSpec): RerunSettings {
  if (readsCrops(decode)) return { abstainBelow: decode.abstainBelow };
  if (!isDetection(decode)) return {};
  const { scoreThreshold } = decode;
  if (decode.kind === 'ssd') return { scoreThreshold, nmsIou: decode.nmsIou };
  return { scoreThreshold, ...(decode.nms.method === 'hard' && { nmsIou: decode.nms.iou }) };
}

/** The manifest with the settings in place of its own. */
export function withSettings(manifest: Manifest, settings: RerunSettings): Manifest {
  return { ...manifest, decode: decodeWith(manifest.decode, settings) };
}

function decodeWith(decode: OutputSpec, settings: RerunSettings): OutputSpec {
  if (readsCrops(decode))
    return { ...decode, abstainBelow: settings.abstainBelow ?? decode.abstainBelow };
  if (!isDetection(decode)) return decode;
  const scoreThreshold = settings.scoreThreshold ?? decode.scoreThreshold;
  if (decode.kind === 'ssd')
    return { ...decode, scoreThreshold, nmsIou: settings.nmsIou ?? decode.nmsIou };
  const { nms } = decode;
  const isHard = nms.method === 'hard';
  return {
    ...decode,
    scoreThreshold,
    nms: isHard ? { ...nms, iou: settings.nmsIou ?? nms.iou } : nms,
  };
}
