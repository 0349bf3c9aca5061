import { parseDelimited, parseNumber, separatorOf } from '../codec/delimited-text.js';

/** One plausible row of a Udacity simulator's log. */
export interface UdacityRow {
  lineNumber: number;
  /** Last parts of the paths in it; empty if a camera has none. */
  pictures: { centre: string; left: string; right: string };
  /** -1..1, positive to the right. */
  steering: number;
  /** Metres per second; undefined if the log has no such column. */
  speedMps: number | undefined;
}

/** A row that cannot be used, and why. */
export interface BadUdacityRow {
  lineNumber: number;
  problem: string;
}

/** The simulator shows miles per hour, and its log has the same number. */
const mpsPerMph = 0.44704;
/** The simulator's car reaches 31 mph; no car in any log is this fast. */
const fastestMph = 150;
const pathCount = 3;
/** Steering, throttle, brake and speed. */
const numberCount = 4;
const decimalComma = /^[+-]?\d+(?:,\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * Reads `driving_log.csv`: centre, left, right, steering, throttle, brake, speed; a header and further columns are
 * skipped. Rows are bad if steering is beyond -1 to 1, the size of throttle or brake above 1, or speed above 150 mph.
 * If the numbers have decimal commas, rows that can be split in only one way are repaired; the others are bad.
 */
export function readUdacityRows(text: string): (UdacityRow | BadUdacityRow)[] {
  const separator = separatorOf(text);
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const rows = parseDelimited(text, separator).map(({ fields, lineNumber }) => ({
    fields,
    lineNumber,
    line: lines[lineNumber - 1]!,
  }));
  if (rows[0]?.fields[pathCount]?.toLowerCase() === 'steering') rows.shift();
  const hasDecimalCommas =
    separator === ',' &&
    rows.some(({ fields, line }) => !isPlausible(fields) && partedNumbers(line) !== undefined);
  return rows.map(({ fields, lineNumber, line }) => {
    const isShort = fields.length <= pathCount + numberCount;
    const numbers =
      separator !== ','
        ? fields.slice(pathCount).map((field) => field.replace(',', '.'))
        : hasDecimalCommas
          ? (partedNumbers(line) ?? (isShort ? fields.slice(pathCount) : undefined))
          : fields.slice(pathCount);
    const problem =
      numbers === undefined
        ? 'expected numbers with a decimal point, found commas that part in more than one way'
        : whyNot(numbers);
    if (problem !== undefined) return { lineNumber, problem };
    const [centre, left, right] = fields.map((field) => field.split(/[\\/]/).at(-1)!);
    if (!centre) return { lineNumber, problem: 'expected the name of a picture, found none' };
    const speedMph = parseNumber(numbers![3]);
    return {
      lineNumber,
      pictures: { centre, left: left ?? '', right: right ?? '' },
      steering: parseNumber(numbers![0])!,
      speedMps: speedMph === undefined ? undefined : speedMph * mpsPerMph,
    };
  });
}

/** Why these cannot be steering, throttle, brake and speed; undefined if they can. */
function whyNot([steering, throttle, brake, speed]: readonly string[]): string | undefined {
  const angle = parseNumber(steering);
  if (angle === undefined || Math.abs(angle) > 1)
    return `expected steering of -1 to 1, found "${steering ?? ''}"`;
  // Older logs stop after steering, and reversing is a negative throttle.
  for (const [name, text, most] of [
    ['throttle', throttle, 1],
    ['brake', brake, 1],
    ['speed', speed, fastestMph],
  ] as const) {
    const value = parseNumber(text);
    if (value !== undefined && Math.abs(value) > most)
      return `expected ${name} of at most ${most}${name === 'speed' ? ' mph' : ''}, found "${text}"`;
  }
  return undefined;
}

const isPlausible = (fields: readonly string[]) => whyNot(fields.slice(pathCount)) === undefined;

/**
 * The four numbers of a row in which the comma is both decimal point and separator. They are found if separating commas
 * are followed by a space, or if all four numbers have decimals; else undefined.
 */
function partedNumbers(line: string): string[] | undefined {
  const spaced = line.trim().split(/,\s+/).slice(pathCount);
  const cells = line
    .split(',')
    .slice(pathCount)
    .map((cell) => cell.trim());
  const numbers =
    spaced.length === numberCount
      ? spaced
      : cells.length === 2 * numberCount
        ? [0, 2, 4, 6].map((at) => `${cells[at]},${cells[at + 1]}`)
        : undefined;
  if (!numbers?.every((text) => decimalComma.test(text))) return undefined;
  const repaired = numbers.map((text) => text.replace(',', '.'));
  return whyNot(repaired) === undefined ? repaired : undefined;
}
