import type { LayerMaps } from './watched-layers.js';

/** A filter is dead if its answers vary by less than this share of its layer's largest. */
const deadShare = 1e-6;
/** A filter that reacts to less than this share of the pictures is seldom active. */
const seldomShare = 0.01;

/** Activity of one layer's filters over a set of pictures. */
export interface LayerActivity {
  filters: number;
  pictures: number;
  /** Filters with the same answer everywhere in all pictures: gradients no longer reach their weights. */
  dead: number[];
  /** Filters that are not dead but rose above their lowest answer in less than a hundredth of the pictures. */
  seldom: number[];
}

/** Counts dead filters of a layer, picture by picture. */
export class ActivityCount {
  #pictures = 0;
  #least = new Float32Array();
  #most = new Float32Array();
  readonly #ranges: Float32Array[] = [];

  add({ channels, rows, columns, values }: LayerMaps): void {
    if (this.#pictures++ === 0) {
      this.#least = new Float32Array(channels).fill(Infinity);
      this.#most = new Float32Array(channels).fill(-Infinity);
    }
    const places = rows * columns;
    const tops = new Float32Array(channels);
    for (let channel = 0; channel < channels; channel++) {
      let [least, most] = [Infinity, -Infinity];
      for (let i = channel * places; i < (channel + 1) * places; i++) {
        least = Math.min(least, values[i]!);
        most = Math.max(most, values[i]!);
      }
      this.#least[channel] = Math.min(this.#least[channel]!, least);
      this.#most[channel] = Math.max(this.#most[channel]!, most);
      tops[channel] = most;
    }
    this.#ranges.push(tops);
  }

  get found(): LayerActivity {
    const range = this.#most.map((most, channel) => most - this.#least[channel]!);
    const silence = deadShare * Math.max(...range, 0);
    const filters = [...range.keys()];
    const dead = filters.filter((channel) => range[channel]! <= silence);
    const spoke = (channel: number) =>
      this.#ranges.filter((tops) => tops[channel]! - this.#least[channel]! > silence).length;
    const seldom = filters.filter(
      (channel) => !dead.includes(channel) && spoke(channel) < seldomShare * this.#pictures,
    );
    return { filters: filters.length, pictures: this.#pictures, dead, seldom };
  }
}
