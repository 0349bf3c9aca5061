import { type Command, InvalidArgumentError, Option } from 'commander';
import type { NamedValue } from '../tools/adopt/adopt-steering.js';
import { numberOf } from './option-parsers.js';

/** Additional options of `windshield adopt --task steering`. */
export interface AdoptSteeringFlags {
  throttle?: NamedValue;
  perUnit?: number;
  positive?: 'left' | 'right';
  bins?: number[];
  maxAngle: number;
  maxRate: number;
  wheelbase: number;
  check?: string;
}

export function addSteeringFlags(command: Command): Command {
  return command
    .option(
      '--per-unit <angle>',
      'steering: the wheel angle that an output of 1 means, such as 25deg or 1rad',
      angleRad,
    )
    .addOption(
      new Option('--positive <side>', 'steering: the side to which outputs above 0 turn').choices([
        'left',
        'right',
      ]),
    )
    .option(
      '--bins <numbers>',
      'steering: the values of a distribution’s bins: the first and the last, or all of them (default: -1,1)',
      numbers,
    )
    .option('--throttle <name>', 'steering: the output of the throttle, or `name:1`', namedValue)
    .addOption(
      new Option('--max-angle <angle>', 'steering: limit of the published angle')
        .argParser(angleRad)
        .default(0.6, '0.6rad'),
    )
    .addOption(
      new Option('--max-rate <angle>', 'steering: limit of its change per second')
        .argParser(angleRad)
        .default(1.2, '1.2rad'),
    )
    .option(
      '--wheelbase <metres>',
      'steering: distance between the axles',
      numberOf({ above: 0, most: 100 }),
      2.7,
    )
    .option('--check <drive.mcap>', 'steering: a recording of a drive, to prove the sign');
}

/** `25deg` or `0.4rad`, above 0, in radians. */
function angleRad(text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(deg|rad)$/.exec(text) ?? [];
  const value = (Number(digits) * (unit === 'deg' ? Math.PI : 180)) / 180;
  if (value > 0 && value <= 100) return value;
  throw new InvalidArgumentError(
    'expected an angle above 0 with its unit, such as 25deg or 0.4rad.',
  );
}

/** `-1,0,1`. */
function numbers(text: string): number[] {
  const values = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (values.length >= 2 && values.length <= 4096 && values.every(Number.isFinite)) return values;
  throw new InvalidArgumentError('expected two numbers or more, with commas.');
}

/** Parses `angle` or `out:1`: an output, and which of its values. */
export function namedValue(text: string): NamedValue {
  const [, output, at] = /^(.+):(\d{1,4})$/.exec(text) ?? [];
  return output === undefined ? { output: text } : { output, at: Number(at) };
}
