import { describe, expect, it } from 'vitest';
import { driveMount, openSimulatedDrive } from '../../../simulator/datasets/drive.js';
import { standingBoxes } from '../../../simulator/datasets/foot-truth.js';
import type { RenderedScene } from '../../../simulator/rendering/scene.js';
import type { InputSpec } from '../../../src/bundle/input-spec.js';
import type { Manifest, Task } from '../../../src/bundle/manifest.js';
import { detectionClasses, segmentationClasses } from '../../../src/perception/classes.js';
import type { SegmentationResult } from '../../../src/perception/results.js';
import { encodeRunLengths } from '../../../src/perception/segmentation/run-lengths.js';
import { createInputMapping } from '../../../src/preprocess/input-mapping.js';
import { createGroundPlaces } from '../../../src/stages/detection/ground-places.js';
import type { Ground } from '../../../src/stages/stage-fusion.js';

const [widthPx, heightPx] = [320, 240];
const input = { regionNorm: [0, 0, 1, 1], fit: 'stretch', widthPx, heightPx };
const manifests = new Map([
  ['detection', { decode: { kind: 'detection', classes: detectionClasses } }],
  [
    'segmentation',
    {
      input: { spec: input },
      decode: { kind: 'segmentation', classes: segmentationClasses, drivable: ['road'] },
    },
  ],
] as unknown as [Task, Manifest][]);

interface Road {
  seeds: readonly number[];
  isFlat: boolean;
  /** How distances are measured, and whether the true class map is seen. */
  ground: Ground;
  hasMap: boolean;
}

/** Of the boxes of two drives that stand 4 to 40 m ahead: the errors of their distances. */
async function errorsOn(
  roads: readonly Road[],
): Promise<{ share: number; deviations: number }[][]> {
  const errors: { share: number; deviations: number }[][] = roads.map(() => []);
  const { seeds, isFlat } = roads[0]!;
  for (const seed of seeds) {
    const recipe = { seed, isFlat, seconds: 16, widthPx: 640, heightPx: 360 };
    const drive = await openSimulatedDrive(recipe);
    const { camera } = drive.renderer;
    const standing = { camera: camera.model, mount: driveMount(camera.mount) };
    const places = roads.map(({ ground }) => createGroundPlaces(manifests, standing, ground));
    const look = mapPixels(camera.model);
    for (let timeS = 0.5; timeS < 16; timeS += 1) {
      const scene = drive.frameAt(timeS);
      const boxes = standingBoxes(drive, scene.boxes, timeS);
      const detections = boxes.map(({ className, boxXyxyPx }) => {
        return { classId: detectionClasses.indexOf(className), score: 1, boxXyxyPx, trackId: 0 };
      });
      const segmentation = mapOf(scene, look);
      for (const [road, { hasMap }] of roads.entries()) {
        const found = places[road]!({
          detection: { detections, liveTrackIds: new Set(), dtS: 1 },
          ...(hasMap && { segmentation }),
        });
        for (const [index, { forwardM, occluded }] of boxes.entries()) {
          const point = found[index];
          if (point === undefined || occluded > 0.02 || !(forwardM > 4 && forwardM <= 40)) continue;
          const awayM = Math.abs(point.forwardM - forwardM);
          const deviations = awayM / point.forwardDeviationM;
          errors[road]!.push({ share: awayM / forwardM, deviations });
        }
      }
    }
  }
  return errors;
}

/** By pixel of the class map, the pixel of the captured picture that it shows; -1 for none. */
function mapPixels(camera: { widthPx: number; heightPx: number }): Int32Array {
  const mapping = createInputMapping(input as unknown as InputSpec, camera, camera as never);
  const look = new Int32Array(widthPx * heightPx).fill(-1);
  for (let y = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++) {
      const at = mapping.frameFromInputPoint((x + 0.5) / widthPx, (y + 0.5) / heightPx);
      if (at === undefined) continue;
      const [column, row] = [Math.floor(at[0]), Math.floor(at[1])];
      if (column >= 0 && row >= 0 && column < camera.widthPx && row < camera.heightPx)
        look[y * widthPx + x] = row * camera.widthPx + column;
    }
  return look;
}

function mapOf({ classMap }: RenderedScene, look: Int32Array): SegmentationResult {
  const map = Uint8Array.from(look, (at) => classMap[at] ?? 0);
  const nothing = new Float32Array(0);
  return {
    widthPx,
    heightPx,
    ...encodeRunLengths(map),
    classShares: nothing,
    freeSpaceNorm: nothing,
  };
}

function judged(errors: readonly { share: number; deviations: number }[]) {
  const shares = errors.map(({ share }) => share).sort((a, b) => a - b);
  const sure = errors.filter(({ deviations }) => deviations <= 2).length;
  return {
    boxes: errors.length,
    median: shares[shares.length >> 1]!,
    withinTwo: sure / errors.length,
  };
}

describe('distances of foot points on a rendered drive', () => {
  it('are within 5 % in the median up to 40 m of a flat road, and within two deviations as often as they should', async () => {
    const flat = { seeds: [3, 7], isFlat: true };
    const found = await errorsOn([
      { ...flat, ground: 'plane', hasMap: false },
      { ...flat, ground: 'road', hasMap: true },
    ]);
    for (const errors of found) {
      const one = judged(errors);
      const text = JSON.stringify(found.map(judged));
      expect(one.boxes, text).toBeGreaterThan(20);
      expect(one.median, text).toBeLessThan(0.05);
      expect(one.withinTwo, text).toBeGreaterThan(0.9);
    }
  });

  it('are so on hills too, with a class map and without one, where a plane is far off', async () => {
    const hills = { seeds: [3, 7], isFlat: false };
    const [plane, alone, mapped] = (
      await errorsOn([
        { ...hills, ground: 'plane', hasMap: false },
        { ...hills, ground: 'road', hasMap: false },
        { ...hills, ground: 'road', hasMap: true },
      ])
    ).map(judged);
    const text = JSON.stringify({ plane, alone, mapped });
    expect(plane!.median, text).toBeGreaterThan(0.08);
    for (const one of [alone!, mapped!]) {
      expect(one.boxes, text).toBeGreaterThanOrEqual(plane!.boxes);
      expect(one.median, text).toBeLessThan(0.05);
      expect(one.withinTwo, text).toBeGreaterThan(0.85);
    }
  });
});
