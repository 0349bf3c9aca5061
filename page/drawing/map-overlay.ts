import type { CameraModel } from '../../src/calibration/camera-model.js';
import type { Point } from '../../src/calibration/lens.js';
import type { Segmentation } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { segmentationPaletteOf } from '../../src/perception/classes.js';
import { decodeRunLengths } from '../../src/perception/segmentation/run-lengths.js';
import type { InputPlacement } from '../../src/preprocess/input-geometry.js';
import { createInputMapping, type InputMapping } from '../../src/preprocess/input-mapping.js';
import { MapLookUp } from '../../src/preprocess/map-look-up.js';
import type { Sheet } from './sheet.js';

/** Largest width of the overlay, pixels: it is enlarged to the frame's size. */
const overlayWidthPx = 480;
const opacity = 110;
/** Larger maps are not decoded: a wrong size must not fill the memory. */
const maxMapPixels = 4096 * 4096;

/** Assumed view of a network that is not known. */
const wholeFrame: InputPlacement = {
  regionNorm: [0, 0, 1, 1],
  fit: 'stretch',
  widthPx: 480,
  heightPx: 360,
};

/** How a class map covers its frame. */
export interface MapView {
  /** What the network saw of the frame: its bundle's input. Undefined if it is not known. */
  input?: InputPlacement | undefined;
  /** The camera's lens, if it is known. */
  camera?: CameraModel | undefined;
}

/** Draws class maps over frames: on the part that the network saw, through the camera's lens. */
export class MapOverlay {
  readonly #canvas = document.createElement('canvas');
  readonly #context = this.#canvas.getContext('2d')!;
  #key = '';
  #mapping!: InputMapping;
  /** For each pixel of the overlay its index in the map, or -1. */
  #places: Int32Array = new Int32Array();
  #image!: ImageData;

  /** Colours the frame by class; a class's name decides its colour. */
  draw({ context, widthPx, heightPx }: Sheet, segmentation: Segmentation, view: MapView): void {
    const map = classMapOf(segmentation);
    if (map === undefined) return;
    this.#prepare(segmentation, widthPx, heightPx, view);
    const palette = segmentationPaletteOf(segmentation.classNames);
    const pixels = this.#image.data;
    for (let i = 0; i < this.#places.length; i++) {
      const place = this.#places[i]!;
      const colour = place < 0 ? undefined : palette[map[place]!];
      pixels[i * 4] = colour?.[0] ?? 0;
      pixels[i * 4 + 1] = colour?.[1] ?? 0;
      pixels[i * 4 + 2] = colour?.[2] ?? 0;
      pixels[i * 4 + 3] = colour === undefined ? 0 : opacity;
    }
    this.#context.putImageData(this.#image, 0, 0);
    context.drawImage(this.#canvas, 0, 0, widthPx, heightPx);
  }

  /** Draws the free space and its edge. */
  drawFreeSpace(
    { context, widthPx, heightPx, unitPx }: Sheet,
    segmentation: Segmentation,
    view: MapView,
  ): void {
    this.#prepare(segmentation, widthPx, heightPx, view);
    const { freeSpace } = segmentation;
    const step = Math.max(1, Math.floor(freeSpace.length / 160));
    const edge: Point[] = [];
    const bottom: Point[] = [];
    for (let column = 0; column < freeSpace.length; column += step) {
      const x = (column + 0.5) / freeSpace.length;
      const point = this.#mapping.frameFromInputPoint(x, 1 - freeSpace[column]!);
      if (point !== undefined) edge.push(point);
      const below = this.#mapping.frameFromInputPoint(x, 1);
      if (below !== undefined) bottom.unshift(below);
    }
    if (edge.length < 2) return;
    context.save();
    context.beginPath();
    for (const [x, y] of edge) context.lineTo(x, y);
    context.strokeStyle = '#00e5a8';
    context.lineWidth = 3 * unitPx;
    context.lineJoin = 'round';
    context.stroke();
    for (const [x, y] of bottom) context.lineTo(x, y);
    context.fillStyle = 'rgb(0 229 168 / 0.12)';
    context.fill();
    context.restore();
  }

  #prepare(
    map: Segmentation,
    widthPx: number,
    heightPx: number,
    { input = wholeFrame, camera }: MapView,
  ): void {
    const fits = camera?.widthPx === widthPx && camera.heightPx === heightPx ? camera : undefined;
    const key = JSON.stringify([map.widthPx, map.heightPx, widthPx, heightPx, input, fits]);
    if (key === this.#key) return;
    this.#key = key;
    this.#mapping = createInputMapping(input, { widthPx, heightPx }, fits);
    const width = Math.min(overlayWidthPx, widthPx);
    const height = Math.max(1, Math.round((width * heightPx) / widthPx));
    this.#canvas.width = width;
    this.#canvas.height = height;
    this.#image = new ImageData(width, height);
    const labels = { widthPx: width, heightPx: height };
    this.#places = new MapLookUp(input, fits).placesFor(
      { widthPx, heightPx },
      map.widthPx,
      map.heightPx,
      labels,
    );
  }
}

function classMapOf({
  widthPx,
  heightPx,
  runLengths,
  runClasses,
}: Segmentation): Uint8Array | undefined {
  if (widthPx * heightPx > maxMapPixels || runLengths.length === 0) return undefined;
  try {
    return decodeRunLengths(runLengths, runClasses, widthPx * heightPx);
  } catch {
    return undefined;
  }
}
