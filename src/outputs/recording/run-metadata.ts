import { mountMetadata, mountMetadataName } from '../../calibration/mount.js';
import type { RunFacts } from '../output.js';
import { buildFacts, manifestFacts } from './made-by.js';

/** What a recording's metadata says about the run that made its results, by the record's name. */
export function metadataOf(run: RunFacts): Record<string, Record<string, string>> {
  const networks = [...run.manifests].map(([task, { network }]) => [task, network.sha256]);
  const { source, pacing, calibrationSha256: calibration, lanes } = run;
  const made = { ...buildFacts(), ...Object.fromEntries(networks) };
  const manifests = [...run.manifests].map(([task, one]) => [task, manifestFacts(one)]);
  return {
    'windshield.result': { source, pacing, calibration, lanes, ...made },
    'windshield.manifests': Object.fromEntries(manifests),
    ...(run.mount && { [mountMetadataName]: mountMetadata(run.mount) }),
  };
}
