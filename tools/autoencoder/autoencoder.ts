import { createHash } from 'node:crypto';
import type { CameraModel } from '../../src/calibration/camera-model.js';
import { readInput } from '../../src/files/read-input.js';
import { NativeSession, type NativeTensor } from '../../src/inference/native-session.js';
import type { RgbImage } from '../datasets/sample.js';
import { readAutoencoderSpec } from './autoencoder-file.js';
import {
  type AutoencoderSpec,
  autoencoderPx,
  codeName,
  inputName,
  pictureValues,
  reconstructionName,
} from './autoencoder-spec.js';
import { SmallPictureMaker } from './small-pictures.js';

const { widthPx, heightPx } = autoencoderPx;
/** Far above the size of any autoencoder that windshield makes. */
const mostBytes = 64 * 2 ** 20;

/** Result of encoding one picture. Both arrays are overwritten by the next call. */
export interface Encoded {
  code: Float32Array;
  /** [3, 64, 96], from -1 to 1. */
  reconstruction: Float32Array;
  /** Mean squared error per value in -1..1. */
  error: number;
}

/** Runs a trained autoencoder on the calling thread. Release it when done. */
export class Autoencoder {
  readonly spec: AutoencoderSpec;
  /** Identifies what made the codes; codes of different makers cannot be compared. */
  readonly maker: string;
  readonly #session: NativeSession;
  readonly #maker: SmallPictureMaker;
  readonly #inputs: Record<string, NativeTensor>;
  readonly #outputs: Record<string, NativeTensor>;
  readonly #input = new Float32Array(pictureValues);
  readonly #encoded: Encoded;

  private constructor(bytes: Uint8Array, where: string, camera: CameraModel | undefined) {
    const spec = readAutoencoderSpec(bytes, where);
    this.spec = spec;
    const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
    this.maker = `autoencoder-1 ${hash}`;
    this.#session = NativeSession.load(bytes, where);
    this.#maker = new SmallPictureMaker(camera);
    const reconstruction = new Float32Array(pictureValues);
    const code = new Float32Array(spec.codeSize);
    this.#encoded = { code, reconstruction, error: 0 };
    const dims = [1, 3, heightPx, widthPx];
    this.#inputs = { [inputName]: { type: 'float32', dims, data: this.#input } };
    this.#outputs = {
      [reconstructionName]: { type: 'float32', dims, data: reconstruction },
      [codeName]: { type: 'float32', dims: [1, spec.codeSize], data: code },
    };
  }

  /**
   * Reads the bytes of a file that trainAutoencoder made. If `camera` is given, pictures are undistorted with its
   * lens model; otherwise they are used as they are. Throws ERR_BUNDLE for other files.
   */
  static read(bytes: Uint8Array, where: string, camera?: CameraModel): Autoencoder {
    return new Autoencoder(bytes, where, camera);
  }

  /** Throws ERR_BUNDLE if the file is absent, too large, or not an autoencoder. */
  static open(path: string, camera?: CameraModel): Autoencoder {
    const limits = { code: 'ERR_BUNDLE', what: 'an autoencoder', maxBytes: mostBytes } as const;
    return Autoencoder.read(readInput(path, limits), path, camera);
  }

  /** The code of a picture of any size: `spec.codeSize` numbers, a new array. */
  code(picture: RgbImage): Float32Array {
    return this.encode(picture).code.slice();
  }

  encode(picture: RgbImage): Encoded {
    return this.run(this.#maker.make(picture));
  }

  /** `values`: [3, 64, 96] from -1 to 1. */
  run(values: Float32Array): Encoded {
    this.#input.set(values);
    this.#session.run(this.#inputs, this.#outputs);
    const { reconstruction } = this.#encoded;
    let sum = 0;
    for (let i = 0; i < pictureValues; i++) sum += (reconstruction[i]! - values[i]!) ** 2;
    this.#encoded.error = sum / pictureValues;
    return this.#encoded;
  }

  release(): void {
    this.#session.release();
  }
}

/** Converts values [3, 64, 96] from -1 to 1 to a picture. */
export function pictureOfValues(values: Float32Array): RgbImage {
  const planePx = widthPx * heightPx;
  const data = new Uint8Array(3 * planePx);
  for (let channel = 0; channel < 3; channel++)
    for (let i = 0; i < planePx; i++) {
      const level = Math.round((values[channel * planePx + i]! + 1) * 127.5);
      data[3 * i + channel] = Math.min(255, Math.max(0, level));
    }
  return { widthPx, heightPx, data };
}
