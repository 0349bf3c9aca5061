import { z } from 'zod';
import { type InputSpec, inputSpecSchema } from '../../src/bundle/input-spec.js';
import type { Manifest } from '../../src/bundle/manifest.js';
import { segmentationOutputSchema } from '../../src/bundle/segmentation-spec.js';
import type { CameraModel } from '../../src/calibration/camera-model.js';
import {
  type DecodedImage,
  measureTexts,
  overlaySvgPixels,
  overlaySvgPng,
} from '../../src/codec/image-codec.js';
import type { PerceptionFrame } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { decodeRunLengths } from '../../src/perception/segmentation/run-lengths.js';
import { MapLookUp } from '../../src/preprocess/map-look-up.js';
import type { RecordingReader } from '../../src/recording/recording-reader.js';
import { blendMask } from '../../src/viewer/blend-mask.js';
import { spoken } from '../../src/viewer/box-label.js';
import type { LegendEntry } from '../../src/viewer/legend-svg.js';
import { type Overlay, overlaySvg, overlayTexts } from '../../src/viewer/overlay-svg.js';
import { estimatedTextWidth, fontFamily, type TextWidth } from '../../src/viewer/svg-text.js';

/** How to draw a class map: where the network looked, and its classes with their colours. */
export interface MapMeaning {
  input: InputSpec;
  classes: readonly string[];
  paletteRgb: readonly (readonly [number, number, number])[];
}

/** Draws results onto their pictures: class map, boxes, signs and steering. */
export class ResultDrawing {
  readonly #meaning: MapMeaning | undefined;
  readonly #lookUp: MapLookUp | undefined;
  /** Cached, because labels recur from frame to frame. */
  readonly #widths = new Map<string, number>();

  /** `meaning` describes what the segmentation network saw; without it no class map is drawn. */
  constructor(meaning: MapMeaning | undefined, camera: CameraModel | undefined) {
    this.#meaning = meaning;
    this.#lookUp = meaning && new MapLookUp(meaning.input, camera);
  }

  /** Changes the pixels of `picture` and returns new ones. */
  async draw(picture: DecodedImage, frame: PerceptionFrame): Promise<DecodedImage> {
    this.#colour(picture, frame);
    return overlaySvgPixels(picture, (await this.#overlay(frame)).svg);
  }

  /** As `draw`, as PNG with a legend below. */
  async drawWithLegend(picture: DecodedImage, frame: PerceptionFrame): Promise<Uint8Array> {
    const { svg, legendHeightPx } = await this.#overlay(frame, this.#colour(picture, frame));
    return overlaySvgPng(picture, svg, legendHeightPx);
  }

  /** Colours a picture by its class map, in place; returns the meaning of the colours. */
  #colour(picture: DecodedImage, { segmentation }: PerceptionFrame): LegendEntry[] {
    if (!this.#lookUp || !this.#meaning || segmentation === undefined) return [];
    const { classes: names, paletteRgb } = this.#meaning;
    const { widthPx, heightPx, runLengths, runClasses } = segmentation;
    const classes = decodeRunLengths(runLengths, runClasses, widthPx * heightPx);
    const places = this.#lookUp.placesFor(picture, widthPx, heightPx);
    blendMask(picture, { classes, paletteRgb }, places);
    const seen = new Set(classes);
    return names.flatMap((name, id): LegendEntry[] => {
      const colour = paletteRgb[id];
      if (colour === undefined || !seen.has(id)) return [];
      return [{ colour: hexOf(colour), words: spoken(name), mark: 'surface' }];
    });
  }

  async #overlay(frame: PerceptionFrame, legend?: readonly LegendEntry[]): Promise<Overlay> {
    const { fontPx, words } = overlayTexts(frame, legend);
    const unknown = words.filter((each) => !this.#widths.has(keyOf(each, fontPx)));
    for (const [each, widthPx] of await measureTexts(unknown, fontFamily, fontPx))
      this.#widths.set(keyOf(each, fontPx), widthPx);
    const widthOf: TextWidth = (text, px) =>
      this.#widths.get(keyOf(text, px)) ?? estimatedTextWidth(text, px);
    return overlaySvg(frame, { widthOf, ...(legend && { legend }) });
  }
}

const keyOf = (words: string, fontPx: number) => `${fontPx} ${words}`;

const hexOf = (rgb: readonly number[]) =>
  `#${rgb.map((level) => level.toString(16).padStart(2, '0')).join('')}`;

const recordedSchema = z.object({ input: inputSpecSchema, decode: segmentationOutputSchema });

/** The meaning of class maps in a recording of results, if it is recorded. */
export function recordedMapMeaning({
  metadata,
}: Pick<RecordingReader, 'metadata'>): MapMeaning | undefined {
  try {
    const manifest = JSON.parse(metadata.get('windshield.manifests')?.['segmentation'] ?? 'null');
    const { input, decode } = recordedSchema.parse(manifest);
    return { input, classes: decode.classes, paletteRgb: decode.paletteRgb };
  } catch {
    return undefined;
  }
}

/** The meaning of class maps of a bundle's network; undefined for a bundle of another task. */
export function bundleMapMeaning({ input, decode }: Manifest): MapMeaning | undefined {
  if (decode.kind !== 'segmentation') return undefined;
  return { input: input.spec, classes: decode.classes, paletteRgb: decode.paletteRgb };
}
