import type {
  Detection,
  GroundTruth,
  PerceptionFrame,
  Segmentation,
} from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { segmentationClasses, signClasses } from '../../../src/perception/classes.js';
import { decodeRunLengths } from '../../../src/perception/segmentation/run-lengths.js';
import type { MapLookUp } from '../../../src/preprocess/map-look-up.js';
import { boxIou } from '../../datasets/box-geometry.js';
import { isLegible, ourTruthIds, toTruthBox } from '../../datasets/recording-truth.js';
import { voidClassId } from '../../datasets/sample.js';
import { createConfusionMatrix } from '../../evaluate/confusion-matrix.js';
import {
  detectionScores,
  type ScoredPicture,
  scoredClasses,
} from '../../evaluate/detection-scores.js';
import { matchBoxes } from '../../evaluate/match-boxes.js';
import { regressionScores } from '../../evaluate/regression.js';
import {
  comparableClasses,
  countClassMap,
  segmentationScores,
} from '../../evaluate/segmentation-scores.js';
import type { TrackedFrame } from '../../evaluate/tracking/frame-overlaps.js';
import { trackingScores } from '../../evaluate/tracking/tracking-scores.js';
import { boxOf } from '../match-detections.js';
import type { TruthScores } from './truth-scores.js';

/** Limit on a true map, which is at most as large as its frame. */
const maxMapPixels = 8192 * 8192;
/** Larger than the track numbers of one life of a supervised pipeline. */
const epochStep = 2 ** 32;
const minIou = 0.5;

/** Scores results against the truth, frame by frame in order; class maps are counted and not kept. */
export class TruthScorer {
  readonly #lookUp: MapLookUp | undefined;
  readonly #confusion = createConfusionMatrix(segmentationClasses.length + 1);
  #classes: ReturnType<typeof comparableClasses> | undefined;
  readonly #pictures: ScoredPicture[] = [];
  readonly #tracked: TrackedFrame[] = [];
  readonly #signs = { legible: 0, found: 0, right: 0, abstained: 0 };
  readonly #trueAnglesRad: number[] = [];
  readonly #anglesRad: number[] = [];
  #hasTracks = false;
  #hasDetector = false;
  #frames = 0;

  /** `lookUp` finds a place of the frame in the network's class map; without it maps are not scored. */
  constructor(lookUp: MapLookUp | undefined) {
    this.#lookUp = lookUp;
  }

  add(truth: GroundTruth, frame: PerceptionFrame): void {
    this.#frames++;
    this.#addBoxes(truth, frame);
    this.#addSigns(truth, frame);
    if (truth.segmentation !== undefined && frame.segmentation !== undefined)
      this.#addMap(truth.segmentation, frame.segmentation, frame);
    if (truth.vehicle?.hasSteering && frame.steering !== undefined) {
      this.#trueAnglesRad.push(truth.vehicle.steeringRad);
      this.#anglesRad.push(frame.steering.angleRad);
    }
  }

  scores(): TruthScores {
    // A run without a detector has not missed any boxes.
    const classes = new Set(this.#hasDetector ? scoredClasses(this.#pictures) : []);
    const { found, right } = this.#signs;
    const { mae, rmse } = regressionScores(this.#trueAnglesRad, this.#anglesRad);
    // Classes without truth are not scored, in tracks as in boxes: unlabelled does not mean absent.
    const tracked = this.#tracked.map(({ truth, found: boxes }) => ({
      truth,
      found: boxes.filter(({ className }) => classes.has(className)),
    }));
    return {
      frames: this.#frames,
      detection: classes.size === 0 ? null : detectionScores(this.#pictures, 0),
      signs: found === 0 ? null : { accuracy: right / found, ...this.#signs },
      segmentation:
        this.#classes === undefined
          ? null
          : segmentationScores(this.#confusion, this.#classes.names),
      tracking: classes.size === 0 || !this.#hasTracks ? null : trackingScores(tracked),
      steering:
        this.#anglesRad.length === 0
          ? null
          : { frames: this.#anglesRad.length, maeRad: mae, rmseRad: rmse },
    };
  }

  #addBoxes({ objects }: GroundTruth, { detections, epoch, stages }: PerceptionFrame): void {
    this.#hasDetector ||=
      detections.length > 0 || stages.some(({ stage }) => stage === 'detection');
    const truth = objects.map(toTruthBox);
    this.#pictures.push({ truth, found: detections.map(foundBox) });
    // Objects without an id cannot be tracked.
    if (objects.some(({ objectId }) => objectId !== 0)) this.#hasTracks = true;
    const asked = objects.flatMap(({ objectId }, index) => {
      const box = truth[index]!;
      return box.weight === 1 ? [{ id: objectId, ...box }] : [];
    });
    const ignored = indicesOnIgnored(truth, detections);
    const found = detections.flatMap((detection, index) =>
      detection.trackId === 0 || ignored.has(index)
        ? []
        : [{ id: epoch * epochStep + detection.trackId, ...foundBox(detection) }],
    );
    this.#tracked.push({ truth: asked, found });
  }

  #addSigns({ objects }: GroundTruth, { detections, signs }: PerceptionFrame): void {
    for (const object of objects) {
      if (!isLegible(object)) continue;
      this.#signs.legible++;
      const truthBox = boxOf(object.boxPx);
      const ious = detections.map(({ className, boxPx }) =>
        className === object.className ? boxIou(truthBox, boxOf(boxPx)) : 0,
      );
      const best = ious.indexOf(Math.max(...ious));
      if (best < 0 || ious[best]! < minIou) continue;
      this.#signs.found++;
      const sign = signs.find(({ detectionIndex }) => detectionIndex === best);
      if (sign === undefined || sign.classId < 0) this.#signs.abstained++;
      else if (sign.className === signClasses[object.signClassId]) this.#signs.right++;
    }
  }

  #addMap(truth: Segmentation, found: Segmentation, frame: PerceptionFrame): void {
    if (this.#lookUp === undefined) return;
    if (truth.widthPx * truth.heightPx > maxMapPixels) return;
    this.#classes ??= comparableClasses(found.classNames, 'the results');
    const { answerIds, truthIds } = this.#classes;
    const trueMap = mapOf(truth);
    const foundMap = mapOf(found);
    const places = this.#lookUp.placesFor(frame, found.widthPx, found.heightPx, truth);
    const ours = ourTruthIds(truth.classNames);
    const predicted = new Uint8Array(trueMap.length);
    for (let i = 0; i < trueMap.length; i++) {
      const place = places[i]!;
      trueMap[i] = place < 0 ? voidClassId : truthIds[ours[trueMap[i]!]!]!;
      if (place >= 0) predicted[i] = answerIds[foundMap[place]!]!;
    }
    countClassMap(this.#confusion, trueMap, predicted);
  }
}

const mapOf = ({ widthPx, heightPx, runLengths, runClasses }: Segmentation) =>
  decodeRunLengths(runLengths, runClasses, widthPx * heightPx);

const foundBox = ({ className, score, boxPx }: Detection) => ({
  className,
  score,
  boxXyxyPx: boxOf(boxPx),
});

/** Boxes on ignored regions, as in KITTI: they are neither right nor wrong. */
function indicesOnIgnored(
  truth: ScoredPicture['truth'],
  detections: readonly Detection[],
): Set<number> {
  const ignored = new Set<number>();
  for (const className of new Set(detections.map((one) => one.className))) {
    const own = [...detections.keys()].filter(
      (index) => detections[index]!.className === className,
    );
    const boxes = own.map((index) => foundBox(detections[index]!));
    matchBoxes(boxes, truth, className, minIou).forEach(({ kind }, place) => {
      if (kind === 'ignored') ignored.add(own[place]!);
    });
  }
  return ignored;
}
