import { expect, test } from 'vitest';
import { FrameStream } from '../../src/outputs/frame-stream.js';

const resultOf = (number: number) => ({
  topic: 'perception',
  payload: Uint8Array.of(number),
  stampNs: 0n,
});

test('reads that wait at the same time are all answered, in their order', async () => {
  const stream = new FrameStream(true);
  const reads = [stream.read(), stream.read(), stream.read()];
  stream.send(resultOf(1));
  stream.send(resultOf(2));
  await stream.drained();
  stream.end();
  const answers = await Promise.all(reads);
  expect(answers.map((payload) => payload?.[0])).toEqual([1, 2, undefined]);
});
