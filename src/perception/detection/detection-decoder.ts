import type { DetectionOutputSpec } from '../../bundle/detection-spec.js';
import type { DetectionList } from './detection-list.js';

/** A network's outputs by name, float32, row-major; only read. */
export type NetworkOutputs = Readonly<Record<string, Float32Array>>;

/** Turns the outputs of one frame into its detections. */
export interface DetectionDecoder {
  /**
   * Decodes one frame into `out` (room for the spec's maxDetections), best score first. NaN never becomes a detection.
   * Allocates only if a frame has more candidates than any before.
   */
  decode(outputs: NetworkOutputs, out: DetectionList): void;
}

/** What a decoder must know besides its spec. */
export interface DecoderSetting {
  /** Size of the network's input, pixels. */
  widthPx: number;
  heightPx: number;
  /** Shapes of the outputs, by name, batch included; a size that varies is a name. */
  shapes: Readonly<Record<string, readonly (number | string)[]>>;
}

/** Prepares the decoding of one network. Allocates here, not per frame. */
export type CreateDecoder<Spec extends DetectionOutputSpec> = (
  spec: Spec,
  setting: DecoderSetting,
) => DetectionDecoder;
