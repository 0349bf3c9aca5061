import { PerceptionError } from '../../src/frame/perception-error.js';
import { didYouMean } from '../../src/text/nearest-word.js';

/** A number that a measurement must reach, or must not exceed. */
export interface Limit {
  name: string;
  bound: 'min' | 'max';
  /** The bound, in the unit of the measured number. */
  value: number;
}

/** A limit with the measured number. */
export interface LimitCheck extends Limit {
  measured: number;
  isMet: boolean;
}

/** Factors that convert durations to milliseconds and shares to 0..1. */
const unitFactors: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['us', 1e-3],
  ['ms', 1],
  ['s', 1e3],
  ['%', 1e-2],
]);

/**
 * Parses `name=value`, with a unit if there is one: `p99=50ms`, `accuracy=0.95`, `accuracy=95%`. Durations
 * become milliseconds, percentages shares. Throws ERR_USAGE.
 */
export function parseLimit(text: string, bound: Limit['bound']): Limit {
  const match = /^([^=\s]+)=([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(us|ms|s|%|)$/.exec(text);
  if (match === null)
    throw new PerceptionError(
      'ERR_USAGE',
      `expected --${bound} name=number, with us, ms, s or % where it has a unit, found "${text}"`,
    );
  const [, name, number, unit] = match as unknown as [string, string, string, string];
  return { name, bound, value: Number((Number(number) * unitFactors.get(unit)!).toPrecision(12)) };
}

/**
 * Checks measured numbers against limits. Throws ERR_USAGE for a name that was not measured, listing those that were: a
 * limit that checks nothing must not pass.
 */
export function checkLimits(
  limits: readonly Limit[],
  measured: ReadonlyMap<string, number>,
): LimitCheck[] {
  return limits.map((limit) => {
    const value = measured.get(limit.name);
    if (value === undefined)
      throw new PerceptionError(
        'ERR_USAGE',
        `expected --${limit.bound} for one of ${[...measured.keys()].join(', ')}, found "${limit.name}"${didYouMean(limit.name, [...measured.keys()])}`,
      );
    const isMet = limit.bound === 'min' ? value >= limit.value : value <= limit.value;
    return { ...limit, measured: value, isMet };
  });
}

/** One line for people. */
export function describeCheck({ name, bound, value, measured, isMet }: LimitCheck): string {
  const wanted = bound === 'min' ? 'at least' : 'at most';
  return `${isMet ? 'met' : 'NOT MET'}: ${name} ${shown(measured, value)}, expected ${wanted} ${value}`;
}

/** Five digits, or more if fewer would not distinguish the number from its limit. */
function shown(measured: number, limit: number): number {
  const rounded = Number(measured.toPrecision(5));
  return rounded === limit ? measured : rounded;
}
