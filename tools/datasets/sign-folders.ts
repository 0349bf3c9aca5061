import { basename, join, parse } from 'node:path';
import { listPictures, listSubfolders, loadPicture, requireSamples } from './dataset-files.js';
import type { Dataset, SignSample } from './sample.js';

/**
 * Signs of any classes: one folder per class, named after it, with pictures of single signs, margin included.
 * The group of "track_frame.png" is class and track; a name without "_" is its own track. The data set's
 * `classes` are the folders' names, sorted; files next to the folders are ignored. A folder without a picture is a counted
 * problem; a file that does not decode is found when it is loaded. Throws ERR_DATASET for a missing folder or one without
 * any picture.
 */
export async function openSignFolders(dir: string): Promise<Dataset<'signs'>> {
  const names = await listSubfolders(dir, 'a folder with a folder a class');
  const dataset: Dataset<'signs'> & { classes: string[] } = {
    task: 'signs',
    name: `sign-folders ${basename(dir)}`,
    licence: 'unknown',
    samples: [],
    problems: [],
    holdOut: 'hashed-fifth',
    classes: [],
  };
  for (const name of names) {
    const folder = join(dir, name);
    const pictures = await listPictures(folder, 'a folder of pictures');
    if (pictures.length === 0) {
      dataset.problems.push({ where: folder, reason: 'expected pictures, found none' });
      continue;
    }
    const classId = dataset.classes.push(name) - 1;
    dataset.samples.push(...pictures.map((picture) => makeSample(folder, picture, classId)));
  }
  return requireSamples(dataset, dir);
}

function makeSample(folder: string, picture: string, classId: number): SignSample {
  const stem = parse(picture).name;
  const track = stem.includes('_') ? stem.slice(0, stem.lastIndexOf('_')) : stem;
  return {
    id: `${basename(folder)}/${picture}`,
    group: `${basename(folder)}/${track}`,
    classId,
    load: () => loadPicture(join(folder, picture)),
  };
}
