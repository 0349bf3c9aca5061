import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeFolder } from '../../src/files/make-folder.js';

const repoDir = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * A change of every drive's steering limit that only tight bends show: the wheels stop at three degrees. In the
 * drives with planted bends the sound network's answers reach 3.8 degrees or more, in all others 2.8 or less.
 */
const plantedMaxAngleRad = 0.052;

/**
 * Two pipelines of one small network, so that 200 drives take minutes: a correct one, and one with an angle limit
 * that is too low.
 */
export function writePipelines(dir: string): { sound: string; changed: string } {
  makeFolder(dir);
  const bundle = join(repoDir, 'models/steering-rendered');
  const spoilt = join(dir, 'steering-limited');
  cpSync(bundle, spoilt, { recursive: true });
  const path = join(spoilt, 'manifest.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  manifest.decode.maxAngleRad = plantedMaxAngleRad;
  writeFileSync(path, JSON.stringify(manifest, undefined, 2));
  const write = (name: string, steering: string) => {
    const file = join(dir, name);
    const source = join(repoDir, 'recordings/sample-drive.mcap');
    const pipeline = {
      source,
      calibration: 'recording',
      bundles: { steering },
      lanes: [['steering']],
    };
    // JSON is valid YAML.
    writeFileSync(file, JSON.stringify(pipeline, undefined, 2));
    return file;
  };
  return { sound: write('sound.yaml', bundle), changed: write('changed.yaml', spoilt) };
}
