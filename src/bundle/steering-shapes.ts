import type { ExpectedOutput } from './detection-shapes.js';
import { type ScalarReading, type SteeringOutputSpec, valuesRead } from './steering-spec.js';
import type { CheckedNetwork } from './task-row.js';

/** Outputs that the decoding reads, with their shapes: any shape that holds the number of values read. */
export function steeringOutputs(
  decode: SteeringOutputSpec,
  { outputs }: Pick<CheckedNetwork, 'outputs'>,
): ExpectedOutput[] {
  const { steering, throttle } = decode;
  const expected = (name: string, reading: ScalarReading): ExpectedOutput => [
    name,
    shapeFor(outputs.find((output) => output.name === name)?.shape, reading),
  ];
  return [
    expected(steering, decode),
    ...(throttle === undefined ? [] : [expected(throttle.output, throttle)]),
  ];
}

/** The shape that was found if it fits, else the simplest one that would. */
function shapeFor(
  found: readonly (number | string)[] | undefined,
  reading: ScalarReading,
): (number | string)[] {
  const { least, isExact } = valuesRead(reading);
  const sizes = found?.filter((size) => typeof size === 'number') ?? [];
  if (found === undefined || sizes.length < found.length) return [1, least];
  const count = sizes.reduce((product, size) => product * size, 1);
  return (isExact ? count === least : count >= least) ? [...found] : [1, least];
}
