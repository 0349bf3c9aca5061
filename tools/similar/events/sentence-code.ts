import { type WordVectors, wordDims } from './skip-gram.js';

/** Words above this share of all words weigh less than half (Arora et al. 2017, "smooth inverse frequency"). */
const often = 0.01;

/**
 * The code of a sentence: the mean of its words' vectors, each scaled to length 1 and weighted towards rare words,
 * minus the mean of all words, scaled to length 1. Undefined if none of its words is known.
 */
export function sentenceCoder({
  words,
  counts,
  vectors,
}: WordVectors): (sentence: readonly string[]) => Float32Array | undefined {
  const all = counts.reduce((sum, count) => sum + count, 0);
  const ids = new Map(words.map((word, id) => [word, id]));
  const units = new Float32Array(vectors.length);
  const middle = new Float32Array(wordDims);
  for (const [id, count] of counts.entries()) {
    const own = vectors.subarray(id * wordDims, (id + 1) * wordDims);
    const scale = 1 / Math.max(1e-12, lengthOf(own));
    for (let d = 0; d < wordDims; d++) {
      units[id * wordDims + d] = own[d]! * scale;
      middle[d] = middle[d]! + (own[d]! * scale * count) / all;
    }
  }
  return (sentence) => {
    const code = new Float32Array(wordDims);
    let weights = 0;
    for (const word of sentence) {
      const id = ids.get(word);
      if (id === undefined) continue;
      const weight = often / (often + counts[id]! / all);
      weights += weight;
      for (let d = 0; d < wordDims; d++)
        code[d] = code[d]! + weight * (units[id * wordDims + d]! - middle[d]!);
    }
    const length = lengthOf(code);
    if (weights === 0 || length === 0) return undefined;
    return code.map((value) => value / length);
  };
}

/** The words nearest to a word by angle, nearest first, with their cosines; none for an unknown word. */
export function nearWords(
  { words, vectors }: WordVectors,
  word: string,
  count: number,
): { word: string; cosine: number }[] {
  const place = words.indexOf(word);
  if (place < 0) return [];
  const row = (id: number) => vectors.subarray(id * wordDims, (id + 1) * wordDims);
  const own = row(place);
  return words
    .map((other, id) => ({ word: other, cosine: cosine(own, row(id)) }))
    .filter((other) => other.word !== word)
    .sort((a, b) => b.cosine - a.cosine)
    .slice(0, count);
}

function cosine(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  for (const [d, value] of a.entries()) dot += value * b[d]!;
  return dot / Math.max(1e-12, lengthOf(a) * lengthOf(b));
}

const lengthOf = (vector: Float32Array) =>
  Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
