import type { CameraModel } from '../../src/calibration/camera-model.js';
import { packedRgbLayout } from '../../src/frame/frame.js';
import {
  buildRemapTable,
  preprocessInto,
  type RemapTable,
} from '../../src/preprocess/remap-table.js';
import type { RgbImage } from '../datasets/sample.js';
import { autoencoderInput, pictureValues } from './autoencoder-spec.js';

/** Converts pictures of any size to the network's values, as the rig does; keeps one remap table per size. */
export class SmallPictureMaker {
  readonly #camera: CameraModel | undefined;
  readonly #values = new Float32Array(pictureValues);
  #table: { key: string; table: RemapTable } | undefined;

  /** If `camera` is given, pictures are undistorted with its lens model; otherwise pixels are used as they are. */
  constructor(camera?: CameraModel) {
    this.#camera = camera;
  }

  /** float32 [3, 64, 96] from -1 to 1, valid until the next call. Throws as buildRemapTable does. */
  make({ widthPx, heightPx, data }: RgbImage): Float32Array {
    const key = `${widthPx}x${heightPx}`;
    if (this.#table?.key !== key) {
      const layout = packedRgbLayout(widthPx, heightPx);
      this.#table = { key, table: buildRemapTable(autoencoderInput, layout, this.#camera) };
    }
    preprocessInto(this.#table.table, data, this.#values);
    return this.#values;
  }
}

/** Small pictures in memory, one byte per value: the training set of an autoencoder. */
export class PictureSet {
  readonly #pictures: Uint8Array[] = [];

  get count(): number {
    return this.#pictures.length;
  }

  /** Copies a picture of float32 [3, 64, 96] from -1 to 1. */
  add(values: Float32Array): void {
    this.#pictures.push(Uint8Array.from(values, (value) => Math.round((value + 1) * 127.5)));
  }

  /** Writes a picture's values from -1 to 1 to `target` at `offset`. */
  read(index: number, target: Float32Array, offset = 0): void {
    const picture = this.#pictures[index]!;
    for (let i = 0; i < picture.length; i++) target[offset + i] = picture[i]! / 127.5 - 1;
  }
}
