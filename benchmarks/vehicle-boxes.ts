// What a detector's mAP does not show about its vehicles: how tight boxes are, whether they pile up, and false positives.
//
//     node dist/benchmarks/vehicle-boxes.js --kitti <kitti_object> --camvid <camvid> <bundle> …
//
// KITTI's held-out frames: vehicles as `evaluate` counts them, at several score thresholds; the share of them with a box of
// IoU 0.75; pairs of vehicle boxes that overlap by 0.4, these two at the bundle's own threshold. CamVid's `val`: windows
// without an object (format camvid-empty) in which the bundle is more than half sure of a vehicle. Prints one JSON object
// per bundle.
import { parseArgs } from 'node:util';
import type { DetectionOutputSpec } from '../src/bundle/output-spec.js';
import { readBundleFolder } from '../src/inference/read-bundle-folder.js';
import { boxIou } from '../tools/datasets/box-geometry.js';
import { openCamvidEmpty } from '../tools/datasets/camvid-empty.js';
import type { KittiBox } from '../tools/datasets/kitti.js';
import { openDataset } from '../tools/datasets/open-dataset.js';
import { BundleRunner } from '../tools/evaluate/bundle-runner.js';
import type { FoundBox } from '../tools/evaluate/match-boxes.js';
import { runEvaluation } from '../tools/evaluate/run-evaluation.js';
import { fourWheeledClasses, isAskedFor, vehiclesFound } from '../tools/evaluate/vehicles-found.js';

const { values, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: { kitti: { type: 'string' }, camvid: { type: 'string' } },
});
const { kitti, camvid } = values;
if (kitti === undefined || camvid === undefined || folders.length === 0)
  throw new Error('expected --kitti <folder>, --camvid <folder> and bundles');
const scores = [0.3, 0.35, 0.4, 0.5];
const tightIou = 0.75;
const piledIou = 0.4;
const sureScore = 0.5;

for (const folder of folders) {
  const bundle = await readBundleFolder(folder);
  const { scoreThreshold, classes } = bundle.manifest.decode as DetectionOutputSpec;
  const frames = await openDataset('kitti', kitti, { task: 'detection', split: 'val' });
  const pictures: { truth: readonly KittiBox[]; found: readonly FoundBox[] }[] = [];
  await runEvaluation(bundle, frames, {
    // KITTI's boxes, with their occlusion.
    onObservation: ({ truth, found }) => pictures.push({ truth: truth as KittiBox[], found }),
  });
  const published = pictures.map(({ truth, found }) => ({
    asked: truth.filter(isAskedFor),
    found: found.filter(
      (box) => fourWheeledClasses.has(box.className) && box.score > scoreThreshold,
    ),
  }));
  const asked = published.flatMap((picture) => picture.asked).length;
  const isTight = (a: KittiBox, b: FoundBox) => boxIou(a.boxXyxyPx, b.boxXyxyPx) >= tightIou;
  const tight = published.flatMap(({ asked: boxes, found }) =>
    boxes.filter((box) => found.some((one) => isTight(box, one))),
  ).length;
  const piled = published.flatMap(({ found }) =>
    found.flatMap((a, i) =>
      found.slice(i + 1).filter((b) => boxIou(a.boxXyxyPx, b.boxXyxyPx) > piledIou),
    ),
  ).length;
  const windows = await openCamvidEmpty(camvid, { split: 'val' });
  const runner = await BundleRunner.open(bundle, undefined);
  let inNothing = 0;
  try {
    for (const sample of windows.samples) {
      const result = await runner.run(await sample.load());
      const detections = result.stage === 'detection' ? result.detections : [];
      inNothing += detections.filter(
        ({ classId, score }) => fourWheeledClasses.has(classes[classId]!) && score > sureScore,
      ).length;
    }
  } finally {
    await runner.dispose();
  }
  const told = {
    ...{ bundle: folder, scoreThreshold, vehicles: asked, tight, overlappingPairs: piled },
    found: Object.fromEntries(
      scores.map((score) => {
        const { recall, precision } = vehiclesFound(pictures, score);
        return [score, { recall, precision }];
      }),
    ),
    nothing: { windows: windows.samples.length, vehicles: inNothing },
  };
  console.log(JSON.stringify(told));
}
