import type { RgbImage } from '../frame/rgb-image.js';
import type { StageResult } from '../stages/stage-result.js';

/** A stage that answers about single pictures, whatever runs its network. */
export interface PictureRunner {
  /** `input` is the result of the stage that it reads (signs: detection). */
  run(picture: RgbImage, input?: StageResult): Promise<StageResult>;
  /** One of the network's outputs for the last picture, by its name in the manifest. */
  output(name: string): Float32Array;
}
