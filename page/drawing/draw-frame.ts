import { type CameraModel, scaleCamera } from '../../src/calibration/camera-model.js';
import type { CameraMount } from '../../src/calibration/ground.js';
import type { Heat } from '../../src/explanation/heat.js';
import type {
  GroundTruth,
  PerceptionFrame,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import type { InputPlacement } from '../../src/preprocess/input-geometry.js';
import { drawBoxes, drawTruth } from './draw-boxes.js';
import { drawLaneBorders } from './draw-lane-borders.js';
import { drawPath } from './draw-path.js';
import { HeatOverlay } from './heat-overlay.js';
import { MapOverlay } from './map-overlay.js';
import { Sheet } from './sheet.js';

/** Layers over the picture, by key. */
export const layers = {
  boxes: 'Boxes and tracks',
  map: 'Class map',
  freeSpace: 'Free space',
  path: 'Path ahead',
  truth: 'Ground truth',
} as const;
export type Layer = keyof typeof layers;

export interface Scene {
  picture: ImageBitmap | undefined;
  result: PerceptionFrame | undefined;
  truth: GroundTruth | undefined;
  camera: CameraModel | undefined;
  /** How the camera is mounted; undefined if no recording says so. */
  mount?: CameraMount | undefined;
  /** What the segmentation network saw of the frame; undefined if that is not known. */
  mapInput?: InputPlacement | undefined;
  /** True borders of the vehicle's lane, if known, pixels of the frame. */
  laneBordersPx?: readonly (readonly (readonly [x: number, y: number])[])[] | undefined;
  /** What an answer is based on; drawn below everything else. */
  heat?: Heat | undefined;
  shown: ReadonlySet<Layer>;
}

/** Draws frames on one canvas, in the frame's pixels. A small frame gets a finer canvas, so that text is legible. */
export class FramePainter {
  readonly #context: CanvasRenderingContext2D;
  readonly #overlay = new MapOverlay();
  readonly #heat = new HeatOverlay();

  constructor(canvas: HTMLCanvasElement) {
    this.#context = canvas.getContext('2d', { alpha: false })!;
  }

  draw(scene: Scene): void {
    const { picture, result, truth, camera, mount, mapInput, laneBordersPx, heat, shown } = scene;
    const context = this.#context;
    const { canvas } = context;
    const widthPx = picture?.width ?? result?.widthPx ?? canvas.width;
    const heightPx = picture?.height ?? result?.heightPx ?? canvas.height;
    const sheet = new Sheet(context, widthPx, heightPx);
    if (picture === undefined) {
      context.fillStyle = '#11151a';
      context.fillRect(0, 0, widthPx, heightPx);
    } else context.drawImage(picture, 0, 0);
    if (heat) this.#heat.draw(sheet, heat);
    const lens = cameraFor(camera, widthPx, heightPx);
    if (result?.segmentation) {
      const view = { input: mapInput, camera: lens };
      if (shown.has('map')) this.#overlay.draw(sheet, result.segmentation, view);
      if (shown.has('freeSpace')) this.#overlay.drawFreeSpace(sheet, result.segmentation, view);
    }
    if (shown.has('path') && result?.steering && lens !== undefined)
      drawPath(sheet, result.steering.curvaturePerM, lens, mount);
    if (shown.has('truth')) {
      if (laneBordersPx) drawLaneBorders(sheet, laneBordersPx);
      if (truth) drawTruth(sheet, truth);
    }
    if (shown.has('boxes') && result) drawBoxes(sheet, result);
  }
}

/** The camera for pictures of this size, if its calibration fits them. */
function cameraFor(
  camera: CameraModel | undefined,
  widthPx: number,
  heightPx: number,
): CameraModel | undefined {
  try {
    return camera && scaleCamera(camera, widthPx, heightPx);
  } catch {
    return undefined;
  }
}
