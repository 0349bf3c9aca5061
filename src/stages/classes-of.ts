import type { Manifest } from '../bundle/manifest.js';

/** The class names that a network answers with, by class id; empty where it answers with none, or is not there. */
export function classesOf(manifest: Pick<Manifest, 'decode'> | undefined): readonly string[] {
  const decode = manifest?.decode;
  return decode !== undefined && 'classes' in decode ? decode.classes : [];
}
