import type { DetectionClass } from '../../src/perception/classes.js';
import type { RgbImage } from '../../tools/datasets/sample.js';
import { lookAheadM, pursueLane } from '../driving/vehicle/pure-pursuit.js';
import type { Conditions } from '../world/conditions.js';
import { segment } from '../world/prop.js';
import type { World } from '../world/world.js';
import type { SimulatedCamera } from './camera.js';
import { motionOf } from './camera-motion.js';
import { addHaze } from './capture/add-haze.js';
import { type Capture, planCapture } from './capture/plan-capture.js';
import { expose } from './effects/expose.js';
import { addNight } from './effects/night.js';
import { addWetRoad } from './effects/wet-road.js';
import { cameraPose, type EgoState } from './ego-camera.js';
import { drawGround, drawMarks } from './ground/draw-ground.js';
import { groundId } from './ground/strips.js';
import { Painter } from './raster/painter.js';
import { firstObjectId, Rasterizer } from './raster/rasterizer.js';
import { type DrawnObject, drawProps, firstInstanceId, visibleProps } from './scene-objects.js';
import { drawContact, drawShadow } from './shadows.js';
import { drawSky } from './sky.js';

/** An object of the detector as it shows in the captured (distorted) picture. */
export interface SceneBox {
  className: DetectionClass;
  /** Left, top, right, bottom of its visible pixels; right and bottom are past the last one. */
  boxXyxyPx: [number, number, number, number];
  /** Share of the object's part inside the picture that is hidden by other things, 0..1. */
  occluded: number;
  /** Distance along the optical axis, metres. */
  distanceM: number;
  /** The same object has the same number in every frame of a world. */
  objectId: number;
  /** GTSRB class of a sign, else -1. */
  signClassId: number;
  /** Visible pixels of the captured picture. */
  visiblePx: number;
}

export interface RenderedScene {
  image: RgbImage;
  boxes: SceneBox[];
  /** Index into segmentationClasses by pixel. */
  classMap: Uint8Array;
  /** Object that each captured pixel shows: a box's objectId, or 0 for everything else. */
  objectMap: Uint16Array;
  /** Angle at the wheels that follows the lane, radians, positive to the left. */
  steeringRad: number;
  curvaturePerM: number;
  ego: EgoState;
}

/** Draws scenes of one camera; the buffers are reused from scene to scene. */
export class SceneRenderer {
  private readonly capture: Capture;
  /** The capture of the last picture; with a rolling shutter it differs from the planned one. */
  private view: Capture;

  /** supersampling: ideal pixels per captured one along an axis, 1..3. */
  constructor(
    readonly camera: SimulatedCamera,
    supersampling: number,
  ) {
    this.capture = planCapture(camera.model, supersampling);
    this.view = this.capture;
  }

  /** Renders the world at a time, seen from the ego car. The same arguments give the same bytes. */
  render(
    world: World,
    conditions: Conditions,
    ego: EgoState,
    timeS: number,
    seed: number,
  ): RenderedScene {
    const { capture, camera } = this;
    const { target } = capture;
    target.clear();
    const raster = new Rasterizer(
      target,
      capture.focalXPx,
      capture.focalYPx,
      capture.centreXPx,
      capture.centreYPx,
    );
    const pose = cameraPose(world, camera, ego);
    const painter = new Painter(raster, pose, conditions.light);
    const props = visibleProps(painter, world, timeS);
    const objects = drawProps(painter, props, timeS);
    drawGround(painter, world, conditions, ego.sM);
    drawMarks(painter, world, ego.sM);
    for (const { prop } of props) drawContact(painter, prop);
    for (const { prop } of props) drawShadow(painter, prop, conditions);
    drawSky(painter, conditions, seed, firstObjectId + segment.tree);
    addHaze(target, conditions.hazePerM, conditions.skyHorizon);
    addWeather(painter, camera, conditions);
    const { picture: data, view } = expose(
      capture,
      camera,
      painter,
      conditions,
      motionOf(painter, world, ego, objects),
      seed * 4096 + Math.round(timeS * 1000),
    );
    this.view = view;
    const { widthPx, heightPx } = camera.model;
    const truth = this.readTruth(objects);
    const steering = pursueLane(world.road, ego, ego.laneDM, lookAheadM(ego.speedMps));
    return { image: { widthPx, heightPx, data }, ...truth, ...steering, ego };
  }

  /** Depth along the optical axis for each pixel of the last picture, metres; 0 for sky. */
  readDepthM(): Float32Array {
    const { inverseDepths } = this.view.target;
    return Float32Array.from(this.view.nearest, (at) => {
      const inverse = inverseDepths[at]!;
      return inverse > 0 ? 1 / inverse : 0;
    });
  }

  private readTruth(
    objects: DrawnObject[],
  ): Pick<RenderedScene, 'boxes' | 'classMap' | 'objectMap'> {
    const { view, camera } = this;
    const { widthPx, heightPx } = camera.model;
    const { objectIds } = view.target;
    const classMap = new Uint8Array(widthPx * heightPx);
    const objectMap = new Uint16Array(widthPx * heightPx);
    const seen = countIds(objectIds, firstInstanceId + objects.length);
    // Class of the pixels that show an id.
    const classOf = new Uint8Array(firstInstanceId + objects.length);
    const objectOf = new Uint16Array(firstInstanceId + objects.length);
    for (let id = 1; id < firstInstanceId; id++) {
      classOf[id] = id < firstObjectId ? id - 1 : id - firstObjectId;
    }
    for (const [index, object] of objects.entries()) {
      classOf[firstInstanceId + index] = object.part.segmentId;
      objectOf[firstInstanceId + index] = object.objectId;
    }
    const extents = objects.map(() => ({
      left: widthPx,
      top: heightPx,
      right: 0,
      bottom: 0,
      count: 0,
    }));
    const { nearest } = view;
    for (let y = 0; y < heightPx; y++) {
      const row = y * widthPx;
      for (let x = 0; x < widthPx; ) {
        // Neighbours mostly show the same object, so runs are processed at once.
        const from = x;
        const id = objectIds[nearest[row + x]!]!;
        for (x++; x < widthPx && objectIds[nearest[row + x]!] === id; ) x++;
        if (id === 0) continue;
        classMap.fill(classOf[id]!, row + from, row + x);
        if (id < firstInstanceId) continue;
        const index = id - firstInstanceId;
        objectMap.fill(objectOf[id]!, row + from, row + x);
        const extent = extents[index]!;
        extent.count += x - from;
        extent.left = Math.min(extent.left, from);
        extent.right = Math.max(extent.right, x);
        extent.top = Math.min(extent.top, y);
        extent.bottom = y + 1;
      }
    }
    const boxes: SceneBox[] = [];
    for (const [index, object] of objects.entries()) {
      const extent = extents[index]!;
      if (extent.count === 0) continue;
      boxes.push({
        className: object.part.detection!,
        boxXyxyPx: [extent.left, extent.top, extent.right, extent.bottom],
        occluded:
          object.coveredPx > 0
            ? Math.max(0, 1 - seen[firstInstanceId + index]! / object.coveredPx)
            : 0,
        distanceM: object.distanceM,
        objectId: object.objectId,
        signClassId: object.part.signClassId ?? -1,
        visiblePx: extent.count,
      });
    }
    return { boxes, classMap, objectMap };
  }
}

/** Number of pixels that show each id below `count`. */
function countIds(ids: Uint16Array, count: number): Int32Array {
  const counts = new Int32Array(count);
  for (let at = 0; at < ids.length; ) {
    const id = ids[at]!;
    const from = at;
    for (at++; at < ids.length && ids[at] === id; ) at++;
    counts[id]! += at - from;
  }
  return counts;
}

/** Wet ground and night, in the ideal picture. */
function addWeather(painter: Painter, camera: SimulatedCamera, { effects }: Conditions): void {
  const { raster, axes } = painter;
  const horizonYPx = raster.centreYPx - (raster.focalYPx * axes.forward[2]) / axes.down[2];
  if (effects?.wetness !== undefined) {
    const wetIds = [groundId(segment.road), groundId(segment.pavement)];
    addWetRoad(raster, horizonYPx, camera.mount.heightM, effects.wetness, wetIds);
  }
  if (effects?.night !== undefined) {
    addNight(raster, horizonYPx, effects.night.ambient, effects.night.beam);
  }
}
