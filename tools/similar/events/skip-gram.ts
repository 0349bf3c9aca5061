import { mulberry32 } from '../../../src/bundle/golden.js';

/** Dimension of a word's vector: a multiple of 8, as `nearest` requires. */
export const wordDims = 32;

export interface SkipGramOptions {
  /** Context size: number of words on either side. */
  window: number;
  /** Random words drawn for each word of the context. */
  negatives: number;
  /** Approximate number of training pairs; a small collection is repeated. */
  pairs: number;
  /** Learning rate of the first pair; it falls to a hundredth of it. */
  peakRate: number;
  seed: number;
}

export const skipGramDefaults: SkipGramOptions = {
  window: 6,
  negatives: 5,
  pairs: 1_000_000,
  peakRate: 0.05,
  seed: 1,
};

/** Words with their counts, most frequent first, and their vectors, row-major, `wordDims` numbers each. */
export interface WordVectors {
  words: string[];
  counts: number[];
  vectors: Float32Array;
}

/**
 * Loss and gradients of one pair with its negatives (Mikolov et al. 2013, "Distributed representations of words and
 * phrases", formula 4 with its sign reversed): -log s(u0 v) - sum log s(-ui v), where s is the logistic function.
 * `inward` holds v in row `centre`, `outward` the u in rows `others`, of which the first is the true context word.
 * Fills `slopes`, one for each of `others`, and `centreGradient`: the gradient of ui is slopes[i] v, that of v is
 * `centreGradient`.
 */
export function pairGradients(
  inward: Float32Array,
  outward: Float32Array,
  centre: number,
  others: readonly number[],
  slopes: Float32Array,
  centreGradient: Float32Array,
): number {
  const dims = centreGradient.length;
  const from = centre * dims;
  centreGradient.fill(0);
  let loss = 0;
  for (let place = 0; place < others.length; place++) {
    const row = others[place]! * dims;
    let dot = 0;
    for (let d = 0; d < dims; d++) dot += inward[from + d]! * outward[row + d]!;
    const isThere = place === 0;
    // log(1 + e^x) without overflow.
    const x = isThere ? -dot : dot;
    loss += Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)));
    const slope = 1 / (1 + Math.exp(-dot)) - (isThere ? 1 : 0);
    slopes[place] = slope;
    for (let d = 0; d < dims; d++)
      centreGradient[d] = centreGradient[d]! + slope * outward[row + d]!;
  }
  return loss;
}

/**
 * Word vectors by skip-gram with negative sampling: words with similar contexts are close by angle. Words that occur
 * only once are omitted. The same sentences and options give the same numbers.
 */
export function learnWords(
  sentences: readonly (readonly string[])[],
  options: SkipGramOptions = skipGramDefaults,
): WordVectors {
  const { words, counts, coded } = codedSentences(sentences);
  const random = mulberry32(options.seed);
  const inward = Float32Array.from(
    { length: words.length * wordDims },
    () => (random() - 0.5) / wordDims,
  );
  const outward = new Float32Array(inward.length);
  const draw = drawerOf(counts, random);
  const all = coded.reduce((sum, { length }) => sum + length, 0);
  if (words.length < 2 || all < 2) return { words, counts, vectors: inward };
  const epochs = Math.max(1, Math.ceil(options.pairs / (all * options.window)));
  const slopes = new Float32Array(options.negatives + 1);
  const centreGradient = new Float32Array(wordDims);
  const others = new Array<number>(options.negatives + 1).fill(0);
  let done = 0;
  for (let epoch = 0; epoch < epochs; epoch++)
    for (const sentence of coded) {
      for (const [place, centre] of sentence.entries()) {
        const rate = options.peakRate * Math.max(0.01, 1 - done++ / (all * epochs));
        // Nearer words count more, because the window's reach is drawn for each word.
        const reach = 1 + Math.floor(random() * options.window);
        const last = Math.min(sentence.length - 1, place + reach);
        for (let near = Math.max(0, place - reach); near <= last; near++) {
          const there = sentence[near]!;
          if (near === place || there === centre) continue;
          others[0] = there;
          for (let i = 1; i < others.length; i++) others[i] = draw(there);
          pairGradients(inward, outward, centre, others, slopes, centreGradient);
          const from = centre * wordDims;
          for (let i = 0; i < others.length; i++) {
            const row = others[i]! * wordDims;
            const step = rate * slopes[i]!;
            for (let d = 0; d < wordDims; d++) outward[row + d]! -= step * inward[from + d]!;
          }
          for (let d = 0; d < wordDims; d++) inward[from + d]! -= rate * centreGradient[d]!;
        }
      }
    }
  return { words, counts, vectors: inward };
}

function codedSentences(sentences: readonly (readonly string[])[]) {
  const known = new Map<string, number>();
  for (const sentence of sentences)
    for (const word of sentence) known.set(word, (known.get(word) ?? 0) + 1);
  const kept = [...known].filter(([, count]) => count > 1);
  kept.sort(([a, many], [b, few]) => few - many || (a < b ? -1 : 1));
  const ids = new Map(kept.map(([word], id) => [word, id]));
  const coded = sentences.map((sentence) =>
    sentence.flatMap((word) => (ids.has(word) ? [ids.get(word)!] : [])),
  );
  return { words: kept.map(([word]) => word), counts: kept.map(([, count]) => count), coded };
}

/** Draws a word by the 0.75th power of its count, as Mikolov et al. do; never the true one. */
function drawerOf(counts: readonly number[], random: () => number): (not: number) => number {
  const upTo = new Float64Array(counts.length);
  let sum = 0;
  for (const [id, count] of counts.entries()) {
    sum += count ** 0.75;
    upTo[id] = sum;
  }
  return (not) => {
    const at = random() * sum;
    let [low, high] = [0, upTo.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (upTo[middle]! > at) high = middle;
      else low = middle + 1;
    }
    return low === not ? (low + 1) % counts.length : low;
  };
}
