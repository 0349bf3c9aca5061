import { type InputSpec, inputSpecSchema } from '../../src/bundle/input-spec.js';
import type { CameraModel } from '../../src/calibration/camera-model.js';
import { type DecodedImage, overlaySvgPixels } from '../../src/codec/image-codec.js';
import type { PerceptionFrame } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { segmentationPaletteRgb } from '../../src/perception/classes.js';
import { decodeRunLengths } from '../../src/perception/segmentation/run-lengths.js';
import { MapLookUp } from '../../src/preprocess/map-look-up.js';
import type { RecordingReader } from '../../src/recording/recording-reader.js';
import { blendMask } from '../../src/viewer/blend-mask.js';
import { overlaySvg } from '../../src/viewer/overlay-svg.js';

/** Draws results onto their pictures: class map, boxes, signs and steering. */
export class ResultDrawing {
  readonly #lookUp: MapLookUp | undefined;

  /** `spec` says what the segmentation network saw of the frame; without it no class map is drawn. */
  constructor(spec: InputSpec | undefined, camera: CameraModel | undefined) {
    this.#lookUp = spec && new MapLookUp(spec, camera);
  }

  /** Changes the pixels of `picture` and gives new ones. */
  async draw(picture: DecodedImage, frame: PerceptionFrame): Promise<DecodedImage> {
    this.colour(picture, frame);
    return overlaySvgPixels(picture, overlaySvg(frame));
  }

  /** Colours a picture by its class map, in place. */
  colour(picture: DecodedImage, { segmentation }: PerceptionFrame): void {
    if (this.#lookUp === undefined || segmentation === undefined) return;
    const { widthPx, heightPx, runLengths, runClasses } = segmentation;
    const classes = decodeRunLengths(runLengths, runClasses, widthPx * heightPx);
    const places = this.#lookUp.placesFor(picture, widthPx, heightPx);
    blendMask(picture, { classes, paletteRgb: segmentationPaletteRgb }, places);
  }
}

/** What the run's segmentation network saw of the frame, where the recording of its results says so. */
export function recordedMapSpec({ metadata }: RecordingReader): InputSpec | undefined {
  try {
    const manifest = JSON.parse(metadata.get('windshield.manifests')?.['segmentation'] ?? 'null');
    const spec = inputSpecSchema.safeParse(manifest?.input);
    return spec.success ? spec.data : undefined;
  } catch {
    return undefined;
  }
}
