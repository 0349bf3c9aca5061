import { join, parse } from 'node:path';
import { firstLine } from '../../src/frame/first-line.js';
import { segmentationClasses } from '../../src/perception/classes.js';
import {
  datasetError,
  datasetPictureSize,
  listFolder,
  listPictures,
  loadPicture,
  readDatasetFile,
  requireSamples,
  requireSplit,
} from './dataset-files.js';
import { type LabelMap, readStoredLabels } from './label-map.js';
import { predictedMapsSuffix } from './prediction-mark.js';
import { type Dataset, type SegmentationSample, voidClassId } from './sample.js';
import {
  type JudgedMeaning,
  type LabelMeaning,
  readLabelMeaning,
} from './segmentation-class-names.js';

export interface CamvidDataset extends Dataset<'segmentation'> {
  samples: CamvidSample[];
}

export interface CamvidSample extends SegmentationSample {
  loadLabelMap(): Promise<LabelMap>;
}

const maxLabelBytes = 64 * 1024 * 1024;

/**
 * CamVid in the SegNet layout: `<split>/` pictures and `<split>annot/` label maps of the same sizes. Their ids are
 * read as they are stored (see readStoredLabels) and have the meaning given in the set's `classes.json`, or SegNet's order
 * without one (see readLabelMeaning); an id without a meaning is refused when the map is loaded. The group is the
 * sequence, the part of the file name before "_" such as 0016E5. A picture without labels is a counted problem.
 * With `predictions`, pictures without a label use maps of `<split>predicted/`, which a network wrote and nobody
 * corrected. Throws ERR_DATASET for a missing folder or split.
 */
export async function openCamvid(
  dir: string,
  options: { split: string; predictions?: boolean },
): Promise<CamvidDataset> {
  const { split } = options;
  const folders = new Set(await listFolder(dir, 'a folder with CamVid'));
  requireSplit(
    split,
    [...folders].filter((name) => folders.has(`${name}annot`)),
    dir,
  );
  const pictureDir = join(dir, split);
  const labelDir = join(dir, `${split}annot`);
  const labels = new Map(
    (await listPictures(labelDir, 'a folder of label maps')).map((name) => [
      parse(name).name,
      join(labelDir, name),
    ]),
  );
  const predictedDir = join(dir, `${split}${predictedMapsSuffix}`);
  if (options.predictions === true)
    for (const name of await listPictures(predictedDir, 'a folder of predicted label maps'))
      if (!labels.has(parse(name).name)) labels.set(parse(name).name, join(predictedDir, name));
  const meaning = await readLabelMeaning(dir);
  const dataset: CamvidDataset = {
    task: 'segmentation',
    name: `camvid ${split}${meaning.told && ` (${meaning.told})`}`,
    licence: 'CamVid, academic use; cite Brostow et al. 2009',
    samples: [],
    problems: [],
    holdOut: split === 'train' ? 'official-train' : 'official-val',
    ...(meaning.judged && { judgedClasses: meaning.judged.classes }),
  };
  for (const name of await listPictures(pictureDir, 'a folder of pictures')) {
    const label = labels.get(parse(name).name);
    if (label === undefined) {
      dataset.problems.push({
        where: join(pictureDir, name),
        reason: `expected a label map of the same name in ${split}annot, found none`,
      });
    } else {
      const files = { picture: join(pictureDir, name), label };
      dataset.samples.push(makeSample(files, name, meaning));
    }
  }
  return requireSamples(dataset, dir);
}

interface SampleFiles {
  picture: string;
  label: string;
}

function makeSample(files: SampleFiles, name: string, meaning: LabelMeaning): CamvidSample {
  return {
    id: name,
    group: name.split('_', 1)[0]!,
    load: () => loadPicture(files.picture),
    loadLabelMap: () => loadLabelMap(files, meaning),
    loadClassMap: async () => (await loadLabelMap(files, meaning)).classMap,
    ...(meaning.judged && {
      loadJudgedMap: async () => (await loadLabelMap(files, asJudged(meaning.judged!))).classMap,
    }),
  };
}

/** Meaning that turns ids into indices of the judged classes: stored ids, and our ids if colours gave the class. */
const asJudged = ({ classes, places }: JudgedMeaning): LabelMeaning & { places: Uint8Array } => ({
  ourIds: places,
  told: '',
  places: Uint8Array.from({ length: 256 }, (_, ourId) => {
    const name: string | undefined = segmentationClasses[ourId];
    const place = classes.findIndex(({ members }) => name !== undefined && members.includes(name));
    return place < 0 ? voidClassId : place;
  }),
});

/** Loads a label map of its picture's size in our ids. Rejects with ERR_DATASET naming the file. */
async function loadLabelMap(
  { picture, label }: SampleFiles,
  meaning: LabelMeaning & { places?: Uint8Array },
): Promise<LabelMap> {
  const bytes = await readDatasetFile(label, 'a label map', maxLabelBytes);
  const { widthPx, heightPx, ids, isOurs } = await readStoredLabels(bytes).catch((cause) => {
    throw datasetError(`expected a label map, found ${firstLine(cause)}: ${label}`, cause);
  });
  const size = await datasetPictureSize(picture);
  if (size.widthPx !== widthPx || size.heightPx !== heightPx)
    throw datasetError(
      `expected labels for ${size.widthPx}x${size.heightPx} pixels, found ${widthPx}x${heightPx}: ${label}`,
    );
  if (isOurs)
    return {
      widthPx,
      heightPx,
      classMap: meaning.places ? ids.map((id) => meaning.places![id]!) : ids,
    };
  const classMap = ids.map((id) => {
    const ours = meaning.ourIds[id];
    if (ours !== undefined) return ours;
    throw datasetError(
      `expected ids that have a class (0 to 11 and 255, or as classes.json says), found ${id}: ${label}`,
    );
  });
  return { widthPx, heightPx, classMap };
}
