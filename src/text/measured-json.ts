/**
 * JSON output for other programs, with no more digits than a number means. The unit at the end of a key says how many;
 * numbers below the key (the percentiles of a duration) have its unit too.
 */

/** Decimals of each unit, by how a key ends; the first match counts. */
const decimalsOfUnit: readonly (readonly [ending: RegExp, decimals: number])[] = [
  // A microsecond: what a machine's clock resolves.
  [/Ms$/, 3],
  [/Ns$/, 0],
  // A thousandth of a degree is 17 microradians.
  [/Rad$/, 6],
  [/Deg$/, 3],
  [/PerM$/, 6],
  [/PerS$/, 3],
  [/Px$/, 3],
  [/Mps$/, 3],
  [/Hz$/, 3],
  [/(MiB|KiB|GiB)$/, 1],
  [/(Bytes|count)$/i, 0],
  // A tenth of a millimetre; a millisecond.
  [/[a-z]M$/, 4],
  [/[a-z]S$/, 3],
];
/** Significant digits of numbers without a unit, mostly shares and scores. */
const digitsOfOthers = 5;
/** Significant digits of every number below a key that others compute with, such as a lens. */
const exactKeys: Readonly<Record<string, number>> = { fx: 9, fy: 9, cx: 9, cy: 9, distortion: 9 };

/** How a number under a key is rounded. */
type Rounding = (value: number) => number;

const toDecimals =
  (decimals: number): Rounding =>
  (value) =>
    Number(value.toFixed(decimals));
const toDigits =
  (digits: number): Rounding =>
  (value) =>
    // Integers are counts or names: they stay whole.
    Number.isInteger(value) ? value : Number(value.toPrecision(digits));

const roundingOfOthers = toDigits(digitsOfOthers);

/** How numbers under this key are rounded; undefined if the key names no unit. */
function roundingOf(key: string): Rounding | undefined {
  const digits = Object.hasOwn(exactKeys, key) ? exactKeys[key] : undefined;
  if (digits !== undefined) return toDigits(digits);
  const unit = decimalsOfUnit.find(([ending]) => ending.test(key));
  return unit && toDecimals(unit[1]);
}

/** A copy in which every number is rounded to what its unit means. */
export function measured(value: unknown, rounding = roundingOfOthers): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? rounding(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  if ('toJSON' in value) return value;
  if (Array.isArray(value)) return value.map((item) => measured(item, rounding));
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return Array.from(value as unknown as ArrayLike<number>, (item) => measured(item, rounding));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      measured(inner, roundingOf(key) ?? rounding),
    ]),
  );
}

/**
 * One line of JSON, every number rounded to what its unit means. Not for documents that are read back (a manifest, a
 * pipeline file).
 */
export const measuredJson = (value: unknown): string => JSON.stringify(measured(value));
