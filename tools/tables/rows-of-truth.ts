import type {
  GroundTruth,
  Segmentation,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import type { TableRow } from './drive-tables.js';
import { edgesOf, type FrameKey } from './rows-of-result.js';

/** One frame's ground truth as rows. */
export function* rowsOfTruth(key: FrameKey, truth: GroundTruth): Generator<TableRow> {
  for (const object of truth.objects)
    yield {
      table: 'truth_objects',
      row: {
        ...key,
        object_id: BigInt(object.objectId),
        class_name: object.className,
        ...edgesOf(object.boxPx),
        sign_class_id: object.signClassId,
        occlusion: object.occlusion,
        distance_m: object.distanceM,
      },
    };
  if (truth.segmentation !== undefined)
    for (const row of trueShares(truth.segmentation))
      yield { table: 'truth_segmentation', row: { ...key, ...row } };
  const { vehicle } = truth;
  if (vehicle !== undefined)
    yield {
      table: 'truth_vehicle',
      row: {
        ...key,
        steering_rad: vehicle.hasSteering ? vehicle.steeringRad : null,
        speed_mps: vehicle.hasSpeed ? vehicle.speedMps : null,
      },
    };
}

/** Counted from the runs, because a true map has no shares. */
function trueShares({ runLengths, runClasses, classNames }: Segmentation) {
  const pixels = new Map<number, number>();
  let total = 0;
  for (const [run, length] of runLengths.entries()) {
    const id = runClasses[run];
    if (id === undefined) break;
    pixels.set(id, (pixels.get(id) ?? 0) + length);
    total += length;
  }
  return [...pixels]
    .sort(([a], [b]) => a - b)
    .map(([id, count]) => ({
      class_id: id,
      class_name: classNames[id] ?? '',
      share: count / total,
    }));
}
