import { join, parse } from 'node:path';
import { decodeLabelMap } from '../../src/codec/image-codec.js';
import { segmentationClasses } from '../../src/perception/classes.js';
import {
  datasetError,
  firstLine,
  listFolder,
  listPictures,
  loadPicture,
  readBytes,
  requireSamples,
  requireSplit,
} from './dataset-files.js';
import type { Dataset, HoldOut, SegmentationSample } from './sample.js';

/** A label map with its own size, pixels. */
export interface LabelMap {
  widthPx: number;
  heightPx: number;
  /** Class ids by pixel, row-major; 255 is void. */
  classMap: Uint8Array;
}

export interface CamvidDataset extends Dataset<'segmentation'> {
  samples: CamvidSample[];
}

export interface CamvidSample extends SegmentationSample {
  loadLabelMap(): Promise<LabelMap>;
}

/** The class id of pixels that are neither trained on nor scored. */
export const voidClassId = 255;
const maxLabelBytes = 64 * 1024 * 1024;
const holdOuts: Record<string, HoldOut> = { train: 'official-train' };

/**
 * CamVid in the SegNet layout: `<split>/` pictures and `<split>annot/` 8-bit label maps whose values are the
 * class ids of `segmentationClasses`; everything above (11, unlabelled) becomes void, 255. The group is the
 * sequence, the part of the file name before "_" such as 0016E5. A picture without labels is a counted problem.
 * Throws ERR_DATASET for a missing folder or a split that is not there.
 */
export async function openCamvid(dir: string, options: { split: string }): Promise<CamvidDataset> {
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
      name,
    ]),
  );
  const dataset: CamvidDataset = {
    task: 'segmentation',
    name: `camvid ${split}`,
    licence: 'CamVid, academic use; cite Brostow et al. 2009',
    samples: [],
    problems: [],
    holdOut: holdOuts[split] ?? 'official-val',
  };
  for (const name of await listPictures(pictureDir, 'a folder of pictures')) {
    const labelName = labels.get(parse(name).name);
    if (labelName === undefined) {
      dataset.problems.push({
        where: join(pictureDir, name),
        reason: `expected a label map of the same name in ${split}annot, found none`,
      });
    } else {
      dataset.samples.push(makeSample(join(pictureDir, name), join(labelDir, labelName), name));
    }
  }
  return requireSamples(dataset, dir);
}

function makeSample(picture: string, label: string, name: string): CamvidSample {
  return {
    id: name,
    group: name.split('_', 1)[0]!,
    load: () => loadPicture(picture),
    loadLabelMap: () => loadLabelMap(label),
    loadClassMap: async () => (await loadLabelMap(label)).classMap,
  };
}

/** A label map with its own size, values above the classes turned into void. Rejects with ERR_DATASET naming the file. */
async function loadLabelMap(file: string): Promise<LabelMap> {
  const bytes = await readBytes(file, 'a label map', maxLabelBytes);
  try {
    const { widthPx, heightPx, data } = await decodeLabelMap(bytes);
    const classMap = data.map((id) => (id < segmentationClasses.length ? id : voidClassId));
    return { widthPx, heightPx, classMap };
  } catch (cause) {
    throw datasetError(`expected a label map, found ${firstLine(cause)}: ${file}`, cause);
  }
}
