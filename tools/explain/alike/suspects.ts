import { nearest } from '../../similar/nearest.js';
import type { CodedPicture } from './coded-pictures.js';

/** One of the nearest pictures of another. */
export interface AlikePicture {
  index: number;
  /** From 0 (the same code) to 2. */
  distance: number;
}

/** A picture whose label its neighbours and the network contradict. */
export interface Suspect {
  index: number;
  /** What most of its neighbours, and the network, call it. */
  rather: string;
  /** Share of its neighbours with that label, 0..1. */
  share: number;
}

/** Number of neighbours that vote on a label, and the share that must agree on another one. */
const asked = 10;
const agreed = 0.7;

/** Searches pictures by their codes. */
export class CodeIndex {
  readonly pictures: readonly CodedPicture[];
  readonly #dims: number;
  readonly #codes: Float32Array;

  constructor(pictures: readonly CodedPicture[]) {
    this.pictures = pictures;
    this.#dims = pictures[0]?.code.length ?? 8;
    this.#codes = new Float32Array(pictures.length * this.#dims);
    for (const [i, { code }] of pictures.entries()) this.#codes.set(code, i * this.#dims);
  }

  /** The nearest pictures of other groups; its own group shows the same thing. */
  alike({ code, group }: CodedPicture, count: number): AlikePicture[] {
    for (let looked = count * 8; ; looked *= 4) {
      const found = nearest(this.#codes, this.#dims, code, looked).filter(
        ({ index }) => this.pictures[index]!.group !== group,
      );
      if (found.length >= count || looked >= this.pictures.length) return found.slice(0, count);
    }
  }
}

/**
 * Pictures that are probably mislabelled, the likeliest first: at least seven of the ten nearest codes of other
 * groups agree on another label (after Wilson 1972, who edits training sets so), and the network answers that label
 * too.
 */
export function suspectsOf(pictures: readonly CodedPicture[], among: CodeIndex): Suspect[] {
  const suspects = pictures.flatMap((picture, index): (Suspect & { sure: number })[] => {
    if (picture.answer === picture.label) return [];
    const near = among.alike(picture, asked);
    const votes = near.filter((one) => among.pictures[one.index]!.label === picture.answer).length;
    const share = near.length === 0 ? 0 : votes / near.length;
    if (share < agreed) return [];
    return [{ index, rather: picture.answer, share, sure: share * picture.probability }];
  });
  return suspects
    .sort((a, b) => b.sure - a.sure)
    .map(({ index, rather, share }) => ({ index, rather, share }));
}
