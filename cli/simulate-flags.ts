import { PerceptionError } from '../src/frame/perception-error.js';

/** `640x360` as width and height. Throws ERR_USAGE. */
export function sizeFlag(text: string): [number, number] {
  const match = /^(\d+)x(\d+)$/.exec(text);
  const size: [number, number] = [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)];
  if (size.every((edge) => edge >= 64 && edge <= 4096)) return size;
  throw usage(`expected --size as width x height of 64 to 4096, such as 640x360, found "${text}"`);
}

/** A number within its limits. Throws ERR_USAGE. */
export function numberFlag(
  name: string,
  text: string,
  least: number,
  most: number,
  isWhole = false,
): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= least && value <= most && (!isWhole || Number.isInteger(value))) return value;
  const kind = isWhole ? 'a whole number' : 'a number';
  throw usage(`expected ${name} to be ${kind} of ${least} to ${most}, found "${text}"`);
}

export const usage = (message: string) => new PerceptionError('ERR_USAGE', message);
