import { PerceptionError } from '../../../src/frame/perception-error.js';
import { trustworthiness } from '../../statistics/trustworthiness.js';
import { tsne } from '../../statistics/tsne.js';
import type { CodedPicture } from './coded-pictures.js';
import { type AlikePicture, CodeIndex, type Suspect, suspectsOf } from './suspects.js';

export interface AlikeReport {
  pictures: readonly CodedPicture[];
  /** The pictures in which neighbours are searched: the training set, or the same pictures. */
  among: readonly CodedPicture[];
  /** x and y of each picture on the map. */
  places: Float64Array;
  /** 0 to 1: how well neighbours on the map are neighbours by their codes. */
  trusted: number;
  /** Share of pictures whose answer is their label. */
  accuracy: number;
  /** Share of pictures whose nearest picture of another group has the same label. */
  nearestIsRight: number;
  /** Pictures whose answer differs from the label, the surest first, with their nearest ones from `among`. */
  mistakes: { index: number; alike: AlikePicture[] }[];
  suspects: (Suspect & { alike: AlikePicture[] })[];
}

const shownAlike = 6;
const neighbours = 10;

/** Which pictures a network takes for similar. Throws ERR_USAGE for fewer than ten pictures. */
export function findAlike(
  pictures: readonly CodedPicture[],
  among: readonly CodedPicture[],
): AlikeReport {
  if (pictures.length < neighbours || among.length < neighbours)
    throw new PerceptionError(
      'ERR_USAGE',
      `--method alike: expected at least ${neighbours} pictures, found ${Math.min(pictures.length, among.length)}`,
    );
  const index = new CodeIndex(among);
  const dims = pictures[0]!.code.length;
  const codes = new Float32Array(pictures.length * dims);
  for (const [i, { code }] of pictures.entries()) codes.set(code, i * dims);
  const places = tsne(codes, dims);
  const share = (is: (picture: CodedPicture) => boolean) =>
    pictures.filter(is).length / pictures.length;
  const alikeOf = (i: number) => index.alike(pictures[i]!, shownAlike);
  const mistakes = [...pictures.keys()]
    .filter((i) => pictures[i]!.answer !== pictures[i]!.label)
    .sort((a, b) => pictures[b]!.probability - pictures[a]!.probability);
  return {
    ...{ pictures, among, places },
    trusted:
      pictures.length > 2 * neighbours + 2 ? trustworthiness(codes, dims, places, neighbours) : 1,
    accuracy: share(({ answer, label }) => answer === label),
    nearestIsRight: share((picture) => {
      const [first] = index.alike(picture, 1);
      return first !== undefined && among[first.index]!.label === picture.label;
    }),
    mistakes: mistakes.map((i) => ({ index: i, alike: alikeOf(i) })),
    suspects: suspectsOf(pictures, index).map((one) => ({ ...one, alike: alikeOf(one.index) })),
  };
}
