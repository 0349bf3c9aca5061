import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { LabelledTask } from '../../src/bundle/manifest.js';
import { openDataset } from '../../tools/datasets/open-dataset.js';
import type { SegmentationSample } from '../../tools/datasets/sample.js';
import { readTrainingLog } from '../../tools/evaluate/report/training-log.js';
import { caseFiles, smallJpeg, smallPng, text } from './seed-files.js';
import type { FuzzSubject } from './subject.js';

async function write(dir: string, files: Record<string, Uint8Array>): Promise<void> {
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(dir, name)), { recursive: true });
    await writeFile(join(dir, name), bytes);
  }
}

/** Opens a data set and loads its first samples with their labels. */
async function load(
  format: string,
  dir: string,
  task: LabelledTask,
  split?: string,
): Promise<void> {
  const { samples } = await openDataset(format, dir, { task, split });
  for (const sample of samples.slice(0, 3)) {
    await sample.load();
    await (sample as SegmentationSample).loadClassMap?.();
  }
}

const set = (
  name: string,
  form: FuzzSubject['form'],
  file: string,
  seeds: FuzzSubject['seeds'],
  around: FuzzSubject['around'],
  [format, task, split]: [string, LabelledTask, string?],
): FuzzSubject => ({
  name,
  form,
  file,
  codes: ['ERR_DATASET'],
  seeds,
  ...(around && { around }),
  read: (_, dir) => load(format, dir, task, split),
});

const annotation = text(
  '<annotation>\n<filename>a.jpg</filename>\n<size><width>48</width><height>32</height></size>\n' +
    '<object><name>stop</name><difficult>0</difficult><bndbox><xmin>2</xmin><ymin>3</ymin><xmax>20</xmax><ymax>22</ymax></bndbox></object>\n' +
    '<object><name>car</name><bndbox><xmin>5</xmin><ymin>3</ymin><xmax>40</xmax><ymax>30</ymax></bndbox></object>\n</annotation>\n',
);
const kittiLabels = text(
  'Car 0.00 0 -1.58 5.0 3.0 40.0 30.0 1.65 1.67 3.64 -0.65 1.71 46.70 -1.59\n' +
    'Pedestrian 0.80 2 0.21 12.0 3.0 20.0 30.0 1.8 0.5 1.2 1.8 1.4 8.4 0.01\n' +
    'DontCare -1 -1 -10 3.0 1.0 9.0 9.0 -1 -1 -1 -1000 -1000 -1000 -10\n',
);
const openimages = [
  { file: 'val/a.jpg', width: 48, height: 32, objects: [{ class: 'Car', box: [2, 3, 40, 30] }] },
];
const gtsrbTable = text(
  'Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2;ClassId\n00000_00000.ppm;48;32;5;5;40;30;0\n00000_00001.ppm;48;32;5;5;40;30;0\n',
);
const passedOn = text(
  'Width,Height,Roi.X1,Roi.Y1,Roi.X2,Roi.Y2,ClassId,Path\n48,32,5,6,40,30,0,Train/0/t0_0.png\n48,32,5,6,40,30,1,Train/1/t1_0.png\n',
);
const ppm = () => Buffer.concat([text('P6\n48 32\n255\n'), new Uint8Array(48 * 32 * 3).fill(90)]);
const log = text(
  [1, 2, 3]
    .map((step) =>
      JSON.stringify({
        step,
        epoch: step,
        loss: 1 / step,
        learningRate: 1e-3,
        metrics: { accuracy: 0.5 },
      }),
    )
    .join('\n'),
);
const classes = {
  classes: Array.from({ length: 12 }, (_, index) => ({
    index,
    name: ['road', 'car', 'fog'][index % 3]!,
    camvid: ['road', 'car', null][index % 3],
  })),
};
const classNames = { classes: Array(12).fill('road') };

const labelMap: FuzzSubject = set(
  'label-map',
  'bytes',
  'valannot/seq_0001.png',
  () => caseFiles(/^02/, '.png'),
  async (dir) =>
    write(dir, {
      'val/seq_0001.png': (await caseFiles(/^02.*grey8.val/, '.png'))[0] ?? (await smallPng()),
    }),
  ['camvid', 'segmentation', 'val'],
);

/** Labels of data sets. */
export const datasetSubjects: readonly FuzzSubject[] = [
  set(
    'voc',
    'text',
    'annotations/a.xml',
    async () => [annotation],
    async (dir) => write(dir, { 'images/a.jpg': await smallJpeg() }),
    ['voc', 'detection'],
  ),
  set(
    'kitti',
    'text',
    'label_2/000001.txt',
    async () => [kittiLabels],
    async (dir) => write(dir, { 'image_2/000001.jpg': await smallJpeg() }),
    ['kitti', 'detection'],
  ),
  set(
    'openimages',
    'value',
    'val.json',
    async () => [text(JSON.stringify(openimages))],
    async (dir) => write(dir, { 'val/a.jpg': await smallJpeg() }),
    ['openimages', 'detection', 'val'],
  ),
  set(
    'gtsrb',
    'text',
    'Images/00000/GT-00000.csv',
    async () => [gtsrbTable],
    async (dir) =>
      write(dir, { 'Images/00000/00000_00000.ppm': ppm(), 'Images/00000/00000_00001.ppm': ppm() }),
    ['gtsrb', 'signs'],
  ),
  set(
    'gtsrb-passed-on',
    'text',
    'Train.csv',
    async () => [passedOn, ...(await caseFiles(/^19/, '.csv'))],
    async (dir) =>
      write(dir, { 'Train/0/t0_0.png': await smallPng(), 'Train/1/t1_0.png': await smallPng() }),
    ['gtsrb', 'signs'],
  ),
  set(
    'gtsrb-index',
    'text',
    'val.index.csv',
    async () => [text('row,class,source\n0,1,00001/00000_00000.ppm\n1,2,00002/00000_00001.ppm\n')],
    async (dir) =>
      write(dir, {
        'val.images.u8.gz': gzipSync(new Uint8Array(2 * 3072)),
        'val.labels.u8': Uint8Array.of(1, 2),
      }),
    ['gtsrb-packed', 'signs', 'val'],
  ),
  set(
    'gtsrb-pixels',
    'bytes',
    'val.images.u8.gz',
    async () => [gzipSync(new Uint8Array(2 * 3072)), gzipSync(new Uint8Array(200_000_000))],
    async (dir) =>
      write(dir, {
        'val.index.csv': text(
          'row,class,source\n0,1,00001/00000_00000.ppm\n1,2,00002/00000_00001.ppm\n',
        ),
        'val.labels.u8': Uint8Array.of(1, 2),
      }),
    ['gtsrb-packed', 'signs', 'val'],
  ),
  labelMap,
  set(
    'classes',
    'value',
    'classes.json',
    async () => [text(JSON.stringify(classes)), text(JSON.stringify(classNames))],
    async (dir) => {
      const [map] = await caseFiles(/^02.*grey8.val/, '.png');
      await write(dir, { 'val/s_1.png': map!, 'valannot/s_1.png': map! });
    },
    ['camvid', 'segmentation', 'val'],
  ),
  set(
    'steering-log',
    'text',
    'driving_log.csv',
    async () => [
      ...(await caseFiles(/^01/, '.csv')),
      text(
        'center,left,right,steering,throttle,brake,speed\nIMG/c1.jpg, l.jpg, r.jpg, -0.1, 0.5, 0, 12.5\nC:\\a\\IMG\\c2.jpg, l.jpg, r.jpg, 0.1, 0.5, 0, 12.5\n',
      ),
    ],
    async (dir) => write(dir, { 'IMG/c1.jpg': await smallJpeg(), 'IMG/c2.jpg': await smallJpeg() }),
    ['udacity', 'steering'],
  ),
  {
    name: 'training-log',
    form: 'text',
    file: 'log.jsonl',
    codes: ['ERR_DATASET'],
    seeds: async () => [log],
    read: async (_, dir) => void (await readTrainingLog(dir)),
  },
];
