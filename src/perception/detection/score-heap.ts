/**
 * A binary heap of candidates, best score first and, among equals, lowest id first, so that the order never
 * depends on how the scores arrived. Storage grows to the largest frame seen and is then reused.
 */
export class ScoreHeap {
  #scores: Float32Array;
  #ids: Int32Array;
  #size = 0;

  constructor(capacity: number) {
    this.#scores = new Float32Array(capacity);
    this.#ids = new Int32Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** Score of the best candidate; the heap must not be empty. */
  get bestScore(): number {
    return this.#scores[0]!;
  }

  clear(): void {
    this.#size = 0;
  }

  /** Adds without ordering: call `order` once after the last. */
  append(score: number, id: number): void {
    if (this.#size === this.#scores.length) this.#grow();
    this.#scores[this.#size] = score;
    this.#ids[this.#size++] = id;
  }

  /** Orders what was appended, in linear time (Floyd). */
  order(): void {
    for (let i = (this.#size >> 1) - 1; i >= 0; i--) this.#sink(i);
  }

  /** Removes the best candidate and returns its id; the heap must not be empty. */
  pop(): number {
    const best = this.#ids[0]!;
    const last = --this.#size;
    this.#scores[0] = this.#scores[last]!;
    this.#ids[0] = this.#ids[last]!;
    this.#sink(0);
    return best;
  }

  #sink(start: number): void {
    const scores = this.#scores;
    const ids = this.#ids;
    const size = this.#size;
    const score = scores[start]!;
    const id = ids[start]!;
    let hole = start;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= size) break;
      const right = child + 1;
      if (right < size && isBetter(scores[right]!, ids[right]!, scores[child]!, ids[child]!)) {
        child = right;
      }
      if (!isBetter(scores[child]!, ids[child]!, score, id)) break;
      scores[hole] = scores[child]!;
      ids[hole] = ids[child]!;
      hole = child;
    }
    scores[hole] = score;
    ids[hole] = id;
  }

  #grow(): void {
    const scores = new Float32Array(this.#scores.length * 2);
    const ids = new Int32Array(scores.length);
    scores.set(this.#scores);
    ids.set(this.#ids);
    this.#scores = scores;
    this.#ids = ids;
  }
}

function isBetter(scoreA: number, idA: number, scoreB: number, idB: number): boolean {
  return scoreA > scoreB || (scoreA === scoreB && idA < idB);
}
