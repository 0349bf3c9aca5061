import type { CropOutputSpec } from '../../src/bundle/crop-spec.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { idsByName } from './class-ids.js';

/** One crop's answer among the classes of a data set. */
export interface CropAnswer {
  /** By class id; softmax(logits / temperature) is the probability, with the temperature of `CropAnswers`. */
  logits: Float32Array;
  predictedId: number;
}

/** Name of the class for a set of labels that is none of the data's classes. */
export const otherSet = 'another set';

/**
 * Puts a classifier's answers in the order of a data set's classes. If the network answers with independent labels, a class
 * is a set of labels, named such as `red+left` or `none`; any other set is `another set`, the last class.
 */
export class CropAnswers {
  readonly classes: readonly string[];
  readonly temperature: number;
  readonly #decode: CropOutputSpec;
  /** Class id of the data set for each class of the bundle. `#sets`, for labels: the bundle's classes in each set. */
  readonly #ids: readonly number[];
  readonly #sets: readonly (readonly number[])[] | undefined;

  /** Throws ERR_BUNDLE or ERR_DATASET for a class that the other side does not know. */
  constructor(decode: CropOutputSpec, classes: readonly string[], where: string) {
    this.#decode = decode;
    // The temperature is already applied to probabilities and labels.
    const isScaled = decode.values === 'probabilities' || decode.answers === 'labels';
    this.temperature = isScaled ? 1 : decode.temperature;
    if (decode.answers !== 'labels') {
      this.classes = classes;
      this.#ids = idsByName(decode.classes, classes, where);
      return;
    }
    const known = classes.filter((name) => name !== otherSet);
    this.classes = [...known, otherSet];
    this.#ids = [];
    this.#sets = known.map((name) => setOf(name, decode, where));
  }

  /** `values`: the network's own, float32 [classes of the bundle]. */
  of(values: Float32Array): CropAnswer {
    if (this.#sets !== undefined) return this.#setOf(values, this.#sets);
    const logits = new Float32Array(this.classes.length).fill(-Infinity);
    this.#ids.forEach((ourId, bundleId) => {
      const value = values[bundleId]!;
      logits[ourId] = this.#decode.values === 'probabilities' ? Math.log(value) : value;
    });
    return { logits, predictedId: logits.indexOf(Math.max(...logits)) };
  }

  /** The labels are independent of each other: the probability of a set is the product over all labels. */
  #setOf(values: Float32Array, sets: readonly (readonly number[])[]): CropAnswer {
    const { values: kind, temperature, abstainBelow, classes } = this.#decode;
    const shares = Array.from(values.subarray(0, classes.length), (value) =>
      kind === 'probabilities' ? value : 1 / (1 + Math.exp(-value / temperature)),
    );
    const ofSets = sets.map((set) =>
      shares.reduce((product, share, id) => product * (set.includes(id) ? share : 1 - share), 1),
    );
    const rest = Math.max(0, 1 - ofSets.reduce((sum, share) => sum + share, 0));
    const said = shares.flatMap((share, id) => (share >= abstainBelow ? [id] : []));
    const found = sets.findIndex(
      (set) => set.length === said.length && said.every((id) => set.includes(id)),
    );
    return {
      logits: Float32Array.from([...ofSets, rest], Math.log),
      predictedId: found < 0 ? sets.length : found,
    };
  }
}

/** Parses `red+left` into class ids; `none` is the empty set unless a class has that name. */
function setOf(name: string, { classes }: CropOutputSpec, where: string): number[] {
  if (name === 'none' && !classes.includes(name)) return [];
  return name.split('+').map((label) => {
    const id = classes.indexOf(label);
    if (id >= 0) return id;
    throw new PerceptionError(
      'ERR_DATASET',
      `${where}: expected labels of ${classes.join(', ')}, joined by +, found "${label}"`,
    );
  });
}
