import { InvalidArgumentError } from 'commander';
import { PerceptionError } from '../src/frame/perception-error.js';

export interface NumberBounds {
  /** The lowest and highest allowed value, inclusive. */
  least?: number;
  most?: number;
  /** Exclusive lower bound. */
  above?: number;
  isWhole?: boolean;
  /** What is counted, for the message: `milliseconds`; "a number" if omitted. */
  what?: string;
}

/**
 * A parser of one number for commander's options. It throws InvalidArgumentError, whose message states what was
 * expected.
 */
export function numberOf(bounds: NumberBounds): (text: string) => number {
  return (text) => {
    const value = readNumber(text, bounds);
    if (value === undefined) throw new InvalidArgumentError(`expected ${describe(bounds)}.`);
    return value;
  };
}

export const positive = numberOf({ above: 0 });
export const positiveInteger = numberOf({ above: 0, isWhole: true });
/** A time in a drive. */
export const seconds = numberOf({ least: 0, what: 'seconds' });

/** A number within its limits, for a flag that is parsed where it is used. Throws ERR_USAGE. */
export function numberFlag(
  name: string,
  text: string,
  least: number,
  most: number,
  isWhole = false,
): number {
  const bounds = { least, most, isWhole };
  const value = readNumber(text, bounds);
  if (value !== undefined) return value;
  throw usage(`expected ${name} to be ${describe(bounds)}, found "${text}"`);
}

/** `640x360` as width and height. Throws ERR_USAGE. */
export function sizeFlag(text: string): [number, number] {
  const match = /^(\d+)x(\d+)$/.exec(text);
  const size: [number, number] = [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)];
  if (size.every((edge) => edge >= 64 && edge <= 4096)) return size;
  throw usage(`expected --size as width x height of 64 to 4096, such as 640x360, found "${text}"`);
}

export const usage = (message: string) => new PerceptionError('ERR_USAGE', message);

/** Undefined unless the text is a finite number within the bounds; an empty text is not. */
function readNumber(text: string, bounds: NumberBounds): number | undefined {
  const { least = -Infinity, most = Infinity, above = -Infinity, isWhole = false } = bounds;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const isWithin = value >= least && value <= most && value > above && Number.isFinite(value);
  return isWithin && (!isWhole || Number.isInteger(value)) ? value : undefined;
}

function describe({ least, most, above, isWhole = false, what }: NumberBounds): string {
  const kind = what ?? (isWhole ? 'a whole number' : 'a number');
  if (least !== undefined && most !== undefined) return `${kind} of ${least} to ${most}`;
  const limits = [
    ...(least === undefined ? [] : [`of at least ${least}`]),
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(most === undefined ? [] : [`of at most ${most}`]),
  ];
  return [kind, limits.join(' and ')].filter((part) => part !== '').join(' ');
}

/** Dimension of an autoencoder's code. */
export function codeSize(text: string): number {
  const size = numberOf({ least: 8, most: 256, isWhole: true })(text);
  if (size % 8 !== 0) throw usage(`--code: expected a multiple of 8, found ${size}`);
  return size;
}
