import type { PerceptionFrame } from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { peopleClasses, vehicleClasses } from '../../../src/perception/classes.js';

/** A lasting state is said when it changes, and repeated after this many seconds. */
const againS = 5;

const vehicles: ReadonlySet<string> = new Set(vehicleClasses);
const people: ReadonlySet<string> = new Set(peopleClasses);
/** Road users that get a word each; cars are only counted. */
const told: ReadonlySet<string> = new Set(['truck', 'bus', 'motorcycle', 'cyclist']);
/** Map classes that describe the surroundings. */
const places: readonly string[] = ['building', 'tree', 'fence', 'pavement', 'sky'];

/** Curvature above which a road bends and the car turns, 1/metres. */
const bendPerM = 1 / 400;
const turnPerM = 1 / 60;

/** A stretch of a drive described in words. */
export interface Sentence {
  /** Seconds since the drive's first frame. */
  fromS: number;
  words: string[];
}

/**
 * Describes a drive in words, second by second: signs and lights that come into sight, which and how many road users
 * there are, the manoeuvre, what is along the road, and the health codes and custom networks' answers about the
 * complete picture.
 */
export class DriveWords {
  readonly #sentenceS: number;
  readonly #sentences = new Map<number, Sentence>();
  readonly #seen = new Set<string>();
  readonly #lasting = new Map<string, { word: string; atS: number }>();
  #second: { second: number; frames: PerceptionFrame[] } | undefined;
  #sentence = -1;

  constructor(sentenceS: number) {
    this.#sentenceS = sentenceS;
  }

  add(frame: PerceptionFrame): void {
    const second = Math.floor(Number(frame.sourceTimeNs) / 1e9);
    if (this.#second !== undefined && this.#second.second !== second) this.#say();
    this.#second ??= { second, frames: [] };
    this.#second.frames.push(frame);
  }

  /** All sentences, once every frame has been added; without empty ones. */
  end(): Sentence[] {
    if (this.#second !== undefined) this.#say();
    return [...this.#sentences.values()].filter(({ words }) => words.length > 0);
  }

  #say(): void {
    const { second, frames } = this.#second!;
    this.#second = undefined;
    const number = Math.floor(second / this.#sentenceS);
    if (number !== this.#sentence) {
      // Each sentence is self-contained, so lasting states are repeated.
      this.#seen.clear();
      this.#lasting.clear();
      this.#sentence = number;
    }
    const sentence = this.#sentences.get(number) ?? { fromS: number * this.#sentenceS, words: [] };
    this.#sentences.set(number, sentence);
    for (const [what, word] of lastingWords(frames)) {
      const said = this.#lasting.get(what);
      if (said?.word === word && second - said.atS < againS) continue;
      this.#lasting.set(what, { word, atS: second });
      sentence.words.push(word);
    }
    for (const [key, word] of comingWords(frames)) {
      if (this.#seen.has(key)) continue;
      this.#seen.add(key);
      sentence.words.push(word);
    }
  }
}

/** What comes into sight, with its track as the key. */
function* comingWords(frames: readonly PerceptionFrame[]): Generator<[key: string, word: string]> {
  for (const { detections, signs, lights, health } of frames) {
    for (const { className, trackId } of detections)
      if (told.has(className) && trackId > 0)
        yield [`${className} ${trackId}`, `meets:${className}`];
    for (const { classId, className, trackId } of signs)
      if (classId >= 0) yield [`sign ${className} ${trackId}`, `sign:${className}`];
    for (const { classId, className, trackId } of lights)
      if (classId >= 0) yield [`light ${className} ${trackId}`, `light:${className}`];
    for (const code of health) yield [`health ${code}`, `health:${code}`];
  }
}

/** Lasting states, keyed by what they are about. */
function* lastingWords(
  frames: readonly PerceptionFrame[],
): Generator<[what: string, word: string]> {
  const countOf = (classes: ReadonlySet<string>) =>
    mean(frames.map(({ detections }) => detections.filter(isOf(classes)).length));
  if (frames.some(({ stages }) => stages.some(({ stage }) => stage === 'detection'))) {
    yield ['vehicles', `vehicles:${amount(countOf(vehicles))}`];
    yield ['people', `people:${amount(countOf(people))}`];
  }
  const curvatures = frames.flatMap(({ steering }) => (steering ? [steering.curvaturePerM] : []));
  if (curvatures.length > 0) yield ['drives', `drives:${manoeuvre(mean(curvatures))}`];
  for (const place of places) {
    const shares = frames.flatMap(({ segmentation }) => {
      const share = segmentation?.classShares[segmentation.classNames.indexOf(place)];
      return share === undefined ? [] : [share];
    });
    if (shares.length > 0) yield [place, `${place}:${part(mean(shares))}`];
  }
  for (const { task, values } of frames.at(-1)?.answers ?? []) {
    const surest = values.toSorted((a, b) => b.value - a.value)[0];
    if (values.length > 1 && surest !== undefined) yield [task, `${task}:${surest.name}`];
  }
}

const isOf =
  (classes: ReadonlySet<string>) =>
  ({ className }: { className: string }) =>
    classes.has(className);

function amount(count: number): string {
  if (count < 0.5) return 'none';
  if (count < 2.5) return 'few';
  return count < 6 ? 'some' : 'many';
}

function part(share: number): string {
  if (share < 0.02) return 'none';
  if (share < 0.12) return 'little';
  return share < 0.3 ? 'some' : 'much';
}

function manoeuvre(curvaturePerM: number): string {
  const size = Math.abs(curvaturePerM);
  if (size < bendPerM) return 'straight';
  const side = curvaturePerM > 0 ? 'left' : 'right';
  return size < turnPerM ? `bend-${side}` : `turn-${side}`;
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
