import { type CameraModel, scaleCamera } from '../../src/calibration/camera-model.js';
import type { CameraMount } from '../../src/calibration/ground.js';
import type {
  GroundTruth,
  PerceptionFrame,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { drawBoxes, drawTruth } from './draw-boxes.js';
import { drawPath } from './draw-path.js';
import { MapOverlay } from './map-overlay.js';

/** What is drawn over the picture, by key. */
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
  /** How it sits; left out where no recording says it. */
  mount?: CameraMount | undefined;
  shown: ReadonlySet<Layer>;
}

/** Draws frames on one canvas, whose pixels are the frame's. */
export class FramePainter {
  readonly #context: CanvasRenderingContext2D;
  readonly #overlay = new MapOverlay();

  constructor(canvas: HTMLCanvasElement) {
    this.#context = canvas.getContext('2d', { alpha: false })!;
  }

  draw({ picture, result, truth, camera, mount, shown }: Scene): void {
    const context = this.#context;
    const { canvas } = context;
    const widthPx = picture?.width ?? result?.widthPx ?? canvas.width;
    const heightPx = picture?.height ?? result?.heightPx ?? canvas.height;
    if (canvas.width !== widthPx || canvas.height !== heightPx) {
      canvas.width = widthPx;
      canvas.height = heightPx;
    }
    if (picture === undefined) {
      context.fillStyle = '#11151a';
      context.fillRect(0, 0, widthPx, heightPx);
    } else context.drawImage(picture, 0, 0);
    const lens = cameraFor(camera, widthPx, heightPx);
    if (result?.segmentation) {
      if (shown.has('map')) this.#overlay.draw(context, result.segmentation, lens);
      if (shown.has('freeSpace')) this.#overlay.drawFreeSpace(context, result.segmentation, lens);
    }
    if (shown.has('path') && result?.steering && lens !== undefined)
      drawPath(context, result.steering.curvaturePerM, lens, mount);
    if (shown.has('truth') && truth) drawTruth(context, truth, widthPx);
    if (shown.has('boxes') && result) drawBoxes(context, result);
  }
}

/** The camera for pictures of this size, where its calibration fits them. */
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
