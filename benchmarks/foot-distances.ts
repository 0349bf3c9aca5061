// Errors of the boxes' distances on rendered drives, and how well the stated deviations match them.
//
//     node dist/benchmarks/foot-distances.js [--seeds 11,12,13,14,15,16] [--segmentation models/segmentation] [--detection models/detection]
//
// Objects 4 to 40 m ahead, drives of 16 s at 640x360, five frames a second, every third judged; flat roads, and the
// simulator's hills. Distances on the mount's plane; on the road as seen without a class map, in the true one, and in the
// network's; all with the true boxes, the last one also with the detector's (those of IoU 0.5 and the right class). Prints
// one table.
import { parseArgs } from 'node:util';
import { driveMount, openSimulatedDrive } from '../simulator/datasets/drive.js';
import { type StandingBox, standingBoxes } from '../simulator/datasets/foot-truth.js';
import type { DetectionOutputSpec } from '../src/bundle/output-spec.js';
import { readBundleFolder } from '../src/inference/read-bundle-folder.js';
import { detectionClasses } from '../src/perception/classes.js';
import type { Detection, SegmentationResult } from '../src/perception/results.js';
import { encodeRunLengths } from '../src/perception/segmentation/run-lengths.js';
import { createInputMapping } from '../src/preprocess/input-mapping.js';
import { createGroundPlaces } from '../src/stages/detection/ground-places.js';
import type { Ground } from '../src/stages/stage-fusion.js';
import { columnsTo, textTable } from '../src/text/text-table.js';
import { boxIou } from '../tools/datasets/box-geometry.js';
import { BundleRunner } from '../tools/evaluate/bundle-runner.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '11,12,13,14,15,16' },
    segmentation: { type: 'string', default: 'models/segmentation' },
    detection: { type: 'string', default: 'models/detection' },
  },
});
const [seconds, rateHz, judgedEach] = [16, 5, 3];
const [leastM, mostM] = [4, 40];
const segmenter = await readBundleFolder(values.segmentation);
const detector = await readBundleFolder(values.detection);
const detectorClasses = (detector.manifest.decode as DetectionOutputSpec).classes;
const trueManifest = {
  ...detector.manifest,
  decode: { ...detector.manifest.decode, classes: [...detectionClasses] },
};

interface Way {
  name: string;
  ground: Ground;
  map: 'none' | 'true' | 'network';
  boxes: 'true' | 'network';
}
const ways: readonly Way[] = [
  { name: 'plane', ground: 'plane', map: 'none', boxes: 'true' },
  { name: 'road, no class map', ground: 'road', map: 'none', boxes: 'true' },
  { name: 'road, true class map', ground: 'road', map: 'true', boxes: 'true' },
  { name: 'road, network’s class map', ground: 'road', map: 'network', boxes: 'true' },
  { name: 'plane, detector’s boxes', ground: 'plane', map: 'none', boxes: 'network' },
  { name: 'road, detector’s boxes', ground: 'road', map: 'network', boxes: 'network' },
];

const rows: string[][] = [];
for (const isFlat of [true, false]) {
  const found = ways.map(() => ({
    ...{ shares: [] as number[], sure: 0, unsaid: 0 },
    frameMs: [] as number[],
  }));
  for (const seed of values.seeds.split(',').map(Number)) {
    const drive = await openSimulatedDrive({ seed, isFlat, seconds, widthPx: 640, heightPx: 360 });
    const { model, mount } = drive.renderer.camera;
    const standing = { camera: model, mount: driveMount(mount) };
    const runners = [
      await BundleRunner.open(segmenter, model),
      await BundleRunner.open(detector, model),
    ] as const;
    const placesOf = ways.map(({ ground, map, boxes }) => {
      const detection = boxes === 'true' ? trueManifest : detector.manifest;
      const { manifest } = segmenter;
      return createGroundPlaces(
        new Map([
          ['detection', detection],
          ...(map === 'none' ? [] : [['segmentation', manifest] as const]),
        ]),
        standing,
        ground,
      );
    });
    for (let frame = 0; frame < seconds * rateHz; frame++) {
      const timeS = frame / rateHz;
      const scene = drive.frameAt(timeS);
      const boxes = standingBoxes(drive, scene.boxes, timeS);
      const [mapped, detected] = await Promise.all(runners.map((one) => one.run(scene.image)));
      const ofNetwork = mapped?.stage === 'segmentation' ? mapped.segmentation : undefined;
      const detections = {
        true: boxes.map(({ className, boxXyxyPx }) => {
          return { classId: detectionClasses.indexOf(className), score: 1, boxXyxyPx, trackId: 0 };
        }),
        network: detected?.stage === 'detection' ? detected.detections : [],
      };
      const maps = { none: undefined, network: ofNetwork, true: trueMap(scene.classMap) };
      for (const [index, { map, boxes: whose }] of ways.entries()) {
        const segmentation = maps[map];
        const startMs = performance.now();
        const points = placesOf[index]!({
          detection: { detections: detections[whose], liveTrackIds: new Set(), dtS: 1 / rateHz },
          ...(segmentation && { segmentation }),
        });
        found[index]!.frameMs.push(performance.now() - startMs);
        if (frame % judgedEach !== judgedEach - 1) continue;
        for (const [number, box] of boxes.entries()) {
          if (box.occluded > 0.02 || !(box.forwardM > leastM && box.forwardM <= mostM)) continue;
          const at = whose === 'true' ? number : matching(detections.network, box);
          if (at < 0) continue;
          const point = points[at];
          const into = found[index]!;
          if (point === undefined) into.unsaid++;
          else {
            const awayM = Math.abs(point.forwardM - box.forwardM);
            into.shares.push(awayM / box.forwardM);
            if (awayM <= 2 * point.forwardDeviationM) into.sure++;
          }
        }
      }
    }
    for (const runner of runners) await runner.dispose();

    function trueMap(classMap: Uint8Array): SegmentationResult {
      const { widthPx, heightPx } = segmenter.manifest.input.spec;
      const mapping = createInputMapping(segmenter.manifest.input.spec, model, model);
      const map = new Uint8Array(widthPx * heightPx);
      for (let y = 0; y < heightPx; y++)
        for (let x = 0; x < widthPx; x++) {
          const at = mapping.frameFromInputPoint((x + 0.5) / widthPx, (y + 0.5) / heightPx);
          if (at === undefined) continue;
          const [column, row] = [Math.floor(at[0]), Math.floor(at[1])];
          map[y * widthPx + x] = classMap[row * model.widthPx + column] ?? 0;
        }
      const nothing = new Float32Array(0);
      const runs = encodeRunLengths(map);
      return { widthPx, heightPx, ...runs, classShares: nothing, freeSpaceNorm: nothing };
    }
  }
  for (const [index, { shares, sure, unsaid, frameMs }] of found.entries()) {
    shares.sort((a, b) => a - b);
    frameMs.sort((a, b) => a - b);
    const percent = (value: number) => (100 * value).toFixed(1);
    const at = (share: number) => percent(shares[Math.floor(share * (shares.length - 1))]!);
    rows.push([
      isFlat ? 'flat' : 'hills',
      ways[index]!.name,
      String(shares.length),
      String(unsaid),
      at(0.5),
      at(0.9),
      percent(sure / shares.length),
      frameMs[frameMs.length >> 1]!.toFixed(2),
    ]);
  }
}
const head = [
  'road',
  'measured on',
  'boxes',
  'unsaid',
  'median %',
  'p90 %',
  'within two deviations %',
  'ms per frame',
];
console.log(textTable([head, ...rows], { numbers: columnsTo(head.length - 1).slice(1) }));

/** The detection of an object: the one of its class that overlaps it most, by at least half. */
function matching(detections: readonly Detection[], box: StandingBox): number {
  let [best, most] = [-1, 0.5];
  for (const [index, { classId, boxXyxyPx }] of detections.entries()) {
    const iou = boxIou(boxXyxyPx, box.boxXyxyPx);
    if (detectorClasses[classId] !== box.className || iou < most) continue;
    [best, most] = [index, iou];
  }
  return best;
}
