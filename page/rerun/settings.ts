import type { Manifest } from '../../src/bundle/manifest.js';

/** What sliders set, 0..1. Undefined: as the bundle says. */
export interface RerunSettings {
  scoreThreshold?: number | undefined;
  nmsIou?: number | undefined;
  abstainBelow?: number | undefined;
}

/** The manifest with the settings in place of its own. */
export function withSettings(manifest: Manifest, settings: RerunSettings): Manifest {
  const { decode } = manifest;
  const { scoreThreshold, nmsIou, abstainBelow } = settings;
  if (decode.kind === 'ssd')
    return {
      ...manifest,
      decode: {
        ...decode,
        scoreThreshold: scoreThreshold ?? decode.scoreThreshold,
        nmsIou: nmsIou ?? decode.nmsIou,
      },
    };
  if (decode.kind === 'signs')
    return {
      ...manifest,
      decode: { ...decode, abstainBelow: abstainBelow ?? decode.abstainBelow },
    };
  return manifest;
}
