import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodePpm, encodePpm } from '../../src/codec/ppm.js';

const text = (value: string) => new TextEncoder().encode(value);
const join = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

const image = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
  .chain(([widthPx, heightPx]) =>
    fc.record({
      widthPx: fc.constant(widthPx),
      heightPx: fc.constant(heightPx),
      data: fc.uint8Array({ minLength: widthPx * heightPx * 3, maxLength: widthPx * heightPx * 3 }),
    }),
  );

test('what is encoded is decoded', () => {
  fc.assert(
    fc.property(image, (picture) => {
      expect(decodePpm(encodePpm(picture))).toEqual(picture);
    }),
  );
});

test('any bytes after P6 decode or throw ERR_SOURCE_FORMAT', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      try {
        const { widthPx, heightPx, data } = decodePpm(join(text('P6'), bytes));
        expect(data).toHaveLength(widthPx * heightPx * 3);
      } catch (error) {
        expect((error as { code: string }).code).toBe('ERR_SOURCE_FORMAT');
      }
    }),
  );
});

test('comments in the header are skipped and a small maximum is scaled up', () => {
  const bytes = join(text('P6 # made by hand\n1\t# one row\n1\n15\n'), Uint8Array.of(0, 5, 15));
  expect([...decodePpm(bytes).data]).toEqual([0, 85, 255]);
});

test('only one white space character parts the header from pixels that look like white space', () => {
  const bytes = join(text('P6 1 1 255\n'), Uint8Array.of(10, 32, 9));
  expect([...decodePpm(bytes).data]).toEqual([10, 32, 9]);
});

test.each([
  ['P5 1 1 255\n', 'expected the magic "P6", found bytes 50 35'],
  ['', 'found an empty file'],
  ['P6 0 1 255\nabc', 'found 0x1'],
  ['P6 9000 1 255\nabc', 'found 9000x1'],
  ['P6 1 1 65535\nabcdef', 'found 65535'],
  ['P6 1 2 255\nabc', 'expected 6 bytes of pixels, found 3'],
  ['P6 1', 'expected the height'],
])('%j is refused with expected and found', (bytes, message) => {
  expect(() => decodePpm(text(bytes))).toThrow(message);
});
