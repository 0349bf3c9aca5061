import { expect, test } from 'vitest';
import type { Output, OutputEnd, OutputMessage, RunFacts } from '../../src/outputs/output.js';
import { OutputSet } from '../../src/outputs/output-set.js';
import { PublishCounts } from '../../src/outputs/publish-count.js';

/** Keeps what it is sent, and gives pixels back only when it is told to. */
class Keeper implements Output {
  readonly place = 'memory';
  readonly counts = new PublishCounts();
  readonly messages: OutputMessage[] = [];
  readonly ends: OutputEnd[] = [];
  facts: RunFacts | undefined;
  constructor(
    readonly name: string,
    readonly topics: readonly string[],
    readonly needsPixels = false,
  ) {}
  send(message: OutputMessage): void {
    this.messages.push(message);
    this.counts.of(message.topic).sent++;
  }
  async close(end: OutputEnd): Promise<void> {
    this.ends.push(end);
  }
}

const message = (topic: string): OutputMessage => ({
  topic,
  stampNs: 5n,
  payload: Uint8Array.of(1),
});

test('a message goes to the outputs that take its topic, and to no other', () => {
  const [both, one] = [new Keeper('both', ['perception', 'status']), new Keeper('one', ['status'])];
  const outputs = new OutputSet([both, one]);
  outputs.send(message('perception'));
  outputs.send(message('status'));
  outputs.send(message('unknown'));
  expect(both.messages.map(({ topic }) => topic)).toEqual(['perception', 'status']);
  expect(one.messages.map(({ topic }) => topic)).toEqual(['status']);
});

test('an output that keeps the pixels of one frame gets none of the next until it gives them back', () => {
  const slow = new Keeper('slow', ['perception'], true);
  const plain = new Keeper('plain', ['perception']);
  const outputs = new OutputSet([slow, plain]);
  let held = 0;
  const borrow = () => {
    held++;
    return { layout: {} as never, bytes: new Uint8Array(1), release: () => void held-- };
  };
  outputs.send(message('perception'), borrow);
  outputs.send(message('perception'), borrow);
  expect(slow.messages.map(({ pixels }) => pixels !== undefined)).toEqual([true, false]);
  expect(plain.messages.every(({ pixels }) => pixels === undefined)).toBe(true);
  expect(held).toBe(1);
  slow.messages[0]!.pixels!.release();
  slow.messages[0]!.pixels!.release();
  expect(held).toBe(0);
  outputs.send(message('perception'), borrow);
  expect(slow.messages[2]!.pixels).toBeDefined();
});

test('closing reaches every output, and the first error comes out', async () => {
  const failing = new Keeper('failing', []);
  failing.close = async () => {
    throw new Error('disk');
  };
  const other = new Keeper('other', []);
  await expect(new OutputSet([failing, other]).close('failed')).rejects.toThrow('disk');
  expect(other.ends).toEqual(['failed']);
});

test('an output that throws gets nothing more, gives its pixels back, and its error comes out at the end', async () => {
  const broken = new Keeper('broken', ['perception'], true);
  broken.send = () => {
    throw new Error('a mistake in it');
  };
  const other = new Keeper('other', ['perception']);
  const outputs = new OutputSet([broken, other]);
  let held = 0;
  const borrow = () => {
    held++;
    return { layout: {} as never, bytes: new Uint8Array(1), release: () => void held-- };
  };
  for (let i = 0; i < 3; i++) outputs.send(message('perception'), borrow);
  expect(other.messages).toHaveLength(3);
  expect(held).toBe(0);
  expect(outputs.health).toEqual(['output_failed']);
  await expect(outputs.close('ended')).rejects.toThrow('a mistake in it');
  expect([broken.ends, other.ends]).toEqual([['ended'], ['ended']]);
});
