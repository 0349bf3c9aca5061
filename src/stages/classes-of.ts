import type { Manifest } from '../bundle/manifest.js';

/** Returns the class names of a network's answers, by class id; empty if they have no classes or there is no network. */
export function classesOf(manifest: Pick<Manifest, 'decode'> | undefined): readonly string[] {
  const decode = manifest?.decode;
  return decode !== undefined && 'classes' in decode ? decode.classes : [];
}
