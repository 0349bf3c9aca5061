import { createClassMapDecoder } from './class-map-kernel.js';

/** Pixels of the large map along one axis that are between the same two of the small one. */
interface Span {
  start: number;
  end: number;
  /** The two small pixels, the same one at the edges. */
  before: number;
  after: number;
}

/**
 * Decodes float32 [classes, rows, columns] into a class map uint8 [heightPx, widthPx]: scores are enlarged bilinearly,
 * pixels being areas (source = (x + 0.5) * columns / widthPx - 0.5, clamped at the edges), then the highest wins, the
 * lowest class among equals; NaN never wins.
 *
 * Between four pixels with the same best class that class is best everywhere, because a bilinear value is a weighted mean
 * of the four: scores are enlarged only where the four differ. A call allocates nothing.
 */
export function createEnlargedMapDecoder(
  classCount: number,
  { rows, columns }: { rows: number; columns: number },
  { widthPx, heightPx }: { widthPx: number; heightPx: number },
): (scores: Float32Array, out: Uint8Array) => void {
  const decodeSmall = createClassMapDecoder(classCount);
  const pixelCount = rows * columns;
  const small = new Uint8Array(pixelCount);
  const across = spansOf(columns, widthPx);
  const down = spansOf(rows, heightPx);
  const longest = (spans: readonly Span[]) =>
    Math.max(...spans.map(({ start, end }) => end - start));
  const best = new Float64Array(longest(across.spans) * longest(down.spans));

  /** Decodes the pixels between four that differ. */
  function compete(scores: Float32Array, out: Uint8Array, x: Span, y: Span): void {
    const width = x.end - x.start;
    best.fill(Number.NEGATIVE_INFINITY, 0, width * (y.end - y.start));
    for (let row = y.start; row < y.end; row++)
      out.fill(0, row * widthPx + x.start, row * widthPx + x.end);
    for (let id = 0; id < classCount; id++) {
      const above = id * pixelCount + y.before * columns;
      const below = id * pixelCount + y.after * columns;
      const topLeft = scores[above + x.before]!;
      const topRight = scores[above + x.after]!;
      const bottomLeft = scores[below + x.before]!;
      const bottomRight = scores[below + x.after]!;
      for (let row = y.start, at = 0; row < y.end; row++) {
        const share = down.shares[row]!;
        const left = topLeft + share * (bottomLeft - topLeft);
        const step = topRight + share * (bottomRight - topRight) - left;
        const line = row * widthPx;
        for (let column = x.start; column < x.end; column++, at++) {
          const value = left + across.shares[column]! * step;
          if (value > best[at]!) {
            best[at] = value;
            out[line + column] = id;
          }
        }
      }
    }
  }

  return (scores, out) => {
    decodeSmall(scores, small);
    for (const y of down.spans) {
      const above = y.before * columns;
      const below = y.after * columns;
      for (const x of across.spans) {
        const id = small[above + x.before]!;
        const isOne =
          id === small[above + x.after] &&
          id === small[below + x.before] &&
          id === small[below + x.after];
        if (!isOne) compete(scores, out, x, y);
        else
          for (let row = y.start; row < y.end; row++)
            out.fill(id, row * widthPx + x.start, row * widthPx + x.end);
      }
    }
  };
}

/** Maps `large` pixels onto `small` ones: the spans between two of these, and each pixel's share of the later one. */
function spansOf(small: number, large: number): { spans: Span[]; shares: Float64Array } {
  const spans: Span[] = [];
  const shares = new Float64Array(large);
  for (let pixel = 0; pixel < large; pixel++) {
    const source = Math.min(small - 1, Math.max(0, ((pixel + 0.5) * small) / large - 0.5));
    const before = Math.floor(source);
    shares[pixel] = source - before;
    const last = spans.at(-1);
    if (last?.before === before) last.end = pixel + 1;
    else
      spans.push({
        start: pixel,
        end: pixel + 1,
        before,
        after: Math.min(small - 1, before + 1),
      });
  }
  return { spans, shares };
}
