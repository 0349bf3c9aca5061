import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinParts, splitParts } from '../../../src/outputs/page/message-parts.js';

test('parts come back as they were joined, empty ones too', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 }), (parts) => {
      expect(splitParts(joinParts(parts)).map((part) => [...part])).toEqual(
        parts.map((part) => [...part]),
      );
    }),
  );
});

test('a message that was cut, or whose length lies, is refused', () => {
  const message = joinParts([Uint8Array.of(1, 2, 3), Uint8Array.of(4)]);
  for (let bytes = 1; bytes < message.length; bytes++) {
    if (bytes === 7) continue; // Ends after the first part.
    expect(() => splitParts(message.slice(0, bytes)), `${bytes} bytes`).toThrow(RangeError);
  }
  message[3] = 0xff;
  expect(() => splitParts(message)).toThrow(RangeError);
});
