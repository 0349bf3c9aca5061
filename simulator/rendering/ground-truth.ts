import { create } from '@bufbuild/protobuf';
import {
  type GroundTruth,
  GroundTruthSchema,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { segmentationClasses } from '../../src/perception/classes.js';
import { encodeRunLengths } from '../../src/perception/segmentation/run-lengths.js';
import type { RenderedScene } from './scene.js';

/** The class map is this many times smaller than the frame, because a full-size map would be larger than the picture. */
const mapStep = 4;

/** Truth of a scene in the form of a recording: boxes, class map, steering and speed. */
export function groundTruthOf(scene: RenderedScene, frame: number, stampNs: bigint): GroundTruth {
  const { widthPx, heightPx } = scene.image;
  const mapWidthPx = Math.floor(widthPx / mapStep);
  const mapHeightPx = Math.floor(heightPx / mapStep);
  const map = new Uint8Array(mapWidthPx * mapHeightPx);
  for (let y = 0; y < mapHeightPx; y++) {
    for (let x = 0; x < mapWidthPx; x++) {
      map[y * mapWidthPx + x] =
        scene.classMap[(y * mapStep + (mapStep >> 1)) * widthPx + x * mapStep + (mapStep >> 1)]!;
    }
  }
  const { runLengths, runClasses } = encodeRunLengths(map);
  return create(GroundTruthSchema, {
    frameId: BigInt(frame),
    stampNs,
    objects: scene.boxes
      .filter(({ visiblePx }) => visiblePx >= 16)
      .map(({ className, boxXyxyPx, signClassId, occluded, distanceM, objectId }) => ({
        className,
        boxPx: { xMin: boxXyxyPx[0], yMin: boxXyxyPx[1], xMax: boxXyxyPx[2], yMax: boxXyxyPx[3] },
        signClassId,
        occlusion: occluded,
        distanceM,
        objectId,
      })),
    segmentation: {
      widthPx: mapWidthPx,
      heightPx: mapHeightPx,
      runLengths: [...runLengths],
      runClasses,
      classNames: [...segmentationClasses],
    },
    vehicle: {
      hasSteering: true,
      steeringRad: scene.steeringRad,
      hasSpeed: true,
      speedMps: scene.ego.speedMps,
    },
  });
}
