import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { claimFolder } from '../../simulator/datasets/dataset-recipe-file.js';
import { RunJournal } from '../../simulator/datasets/run-journal.js';
import { OnnxGraph } from '../../src/onnx/onnx-graph.js';
import { knowDetector } from '../../tools/adopt/adopt-detector.js';
import { readNetworkFile } from '../../tools/adopt/network-file.js';
import { makeBoard } from '../../tools/calibrate/board/board.js';
import { openEmbeddedEngine } from '../../tools/calibrate/engine/embedded-engine.js';
import { findBoards } from '../../tools/calibrate/find-boards.js';
import { readCalibrationPictures } from '../../tools/calibrate/read-pictures.js';
import { openVoc } from '../../tools/datasets/voc.js';
import { readDrivesFile } from '../../tools/fleet/plan/drives-file.js';
import { caseFiles, smallJpeg, smallPng, text } from './seed-files.js';
import type { FuzzSubject } from './subject.js';

/** A network that outputs final boxes, scores and classes, with names in its metadata. */
function readyBoxes(): Uint8Array {
  const graph = new OnnxGraph('ready');
  graph.input('images', [1, 3, 16, 16]);
  const mean = graph.node('ReduceMean', ['images'], { axes: [1, 2, 3], keepdims: 1 });
  const zero = graph.node('Mul', [mean, graph.scalar('zero', 0)]);
  const row = graph.constant('row', [1, 1, 6], Float32Array.of(1, 2, 8, 9, 0.9, 2), true);
  const boxes = graph.node('Reshape', [
    graph.node('Add', [row, graph.node('Reshape', [zero, graph.ints('one', [1, 1, 1])])]),
    graph.ints('shape', [1, 1, 6]),
  ]);
  graph.node('Identity', [boxes], {}, 'output0');
  graph.output('output0', [1, 1, 6]);
  return graph.toBytes({
    names: "{0: 'person', 1: 'bicycle', 2: 'car'}",
    imgsz: '[16, 16]',
    task: 'detect',
  });
}

const detectorChoices = {
  unmapped: 'drop',
  feeding: {},
  scoreThreshold: 0.3,
  nms: { method: 'hard', iou: 0.5, byClass: true },
  maxDetections: 50,
  name: 'fuzzed',
  version: '1.0.0',
  from: 'model.onnx',
  licence: 'none',
  command: 'none',
} as const;

const recipe = {
  task: 'detection',
  count: 5,
  seed: 1,
  widthPx: 64,
  heightPx: 48,
  truth: false,
} as const;

const board = makeBoard({ kind: 'chessboard', cols: 4, rows: 3, squareM: 0.02 });
let engine: ReturnType<typeof openEmbeddedEngine> | undefined;

/** Inputs that are adopted, calibrated, rendered and run in fleets. */
export const toolSubjects: readonly FuzzSubject[] = [
  {
    name: 'adopt',
    form: 'bytes',
    file: 'model.onnx',
    codes: ['ERR_BUNDLE', 'ERR_BUNDLE_SHAPE', 'ERR_INFERENCE', 'ERR_USAGE'],
    seeds: async () => [readyBoxes()],
    async read(path) {
      const network = await readNetworkFile(path);
      knowDetector(network, detectorChoices);
    },
  },
  {
    name: 'board',
    form: 'bytes',
    file: 'pictures/board.png',
    codes: ['ERR_SOURCE_EMPTY'],
    seeds: async () => [await smallPng(), await smallJpeg(), ...(await caseFiles(/^22/, '.png'))],
    around: (dir) => mkdir(join(dir, 'pictures'), { recursive: true }).then(() => {}),
    async read(path) {
      engine ??= openEmbeddedEngine();
      await findBoards(readCalibrationPictures([dirname(path)], 1), board, await engine);
    },
  },
  {
    name: 'drives',
    form: 'value',
    file: 'drives.yaml',
    codes: ['ERR_CONFIG'],
    seeds: async () => [
      text('drives:\n  - path: a/*.mcap\n  - { path: b.mcap, name: b, topic: camera/image }\n'),
      text('{"drives": [{"path": "s3://bucket/a.mcap"}], "pieceSeconds": 30, "runUpSeconds": 5}'),
    ],
    read: async (path) => void readDrivesFile(path),
  },
  {
    name: 'dataset-recipe',
    form: 'value',
    file: 'recipe.json',
    codes: ['ERR_OUTPUT'],
    seeds: async () => [text(JSON.stringify(recipe))],
    read: (_, dir) => claimFolder(dir, recipe),
  },
  {
    name: 'dataset-journal',
    form: 'text',
    file: 'journal.jsonl',
    codes: ['ERR_OUTPUT'],
    seeds: async () => [text('{"boxes": 3, "seed": 1}\n{"boxes": 2, "seed": 2}\n')],
    read: async (path) => void new RunJournal(path, z.object({ boxes: z.number() })),
  },
  {
    name: 'teacher',
    form: 'value',
    file: 'boxes_teacher.json',
    codes: ['ERR_DATASET'],
    seeds: async () => [
      text(JSON.stringify({ 'a.jpg': [{ class: 'car', score: 0.9, box: [1, 2, 30, 20] }] })),
    ],
    async around(dir) {
      await mkdir(join(dir, 'set/annotations'), { recursive: true });
      await mkdir(join(dir, 'set/images'), { recursive: true });
      await writeFile(join(dir, 'set/images/a.jpg'), await smallJpeg());
      await writeFile(
        join(dir, 'set/annotations/a.xml'),
        '<annotation><filename>a.jpg</filename><size><width>48</width><height>32</height></size></annotation>',
      );
    },
    read: async (path, dir) => void (await openVoc(join(dir, 'set'), { teacher: path })),
  },
];
