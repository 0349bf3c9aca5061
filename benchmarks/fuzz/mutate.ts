/** Numbers that break readers: the edges of the integers, and lengths beyond any file. */
const edges = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
const words = [
  '-1',
  '0',
  '1e308',
  '-1e308',
  '1e-320',
  'NaN',
  'Infinity',
  '.inf',
  '.nan',
  '9'.repeat(30),
  '0,5',
  '99999999999',
  '"',
  "'",
  '{',
  '}',
  '[',
  ']',
  ':',
  '- ',
  '&a',
  '*a',
  '!!binary',
  '<<: ',
  '\t',
  '\0',
  '\u2028',
  '\uFEFF',
  '\r\n',
  '\n',
  'null',
  'true',
  '~',
  '__proto__',
  'constructor',
  'toString',
  '../../etc/passwd',
  '/dev/zero',
  '<!DOCTYPE x>',
  '&#0;',
  '<a>'.repeat(40),
  '['.repeat(5000),
  '{"a":'.repeat(3000),
  'é'.repeat(50),
  '\u{1F600}',
  '%',
  '#',
  ';',
  ',,,,',
  '|',
];
const values: readonly unknown[] = [
  null,
  true,
  '',
  'x',
  '__proto__',
  'constructor',
  '../x',
  '/dev/zero',
  'x'.repeat(10_000),
  -1,
  0,
  1,
  0.5,
  255,
  256,
  65_536,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  1e308,
  -1e308,
  1e-320,
  [],
  {},
  [[]],
  [null],
  [0],
  { a: 1 },
  { toString: 1, valueOf: 2 },
  Array(300).fill(0),
  'NaN',
];

/** Random numbers from 0 to below 1, the same for the same seed. */
export type Random = () => number;

const below = (random: Random, end: number) => Math.floor(random() * end);
const oneOf = <T>(random: Random, from: readonly T[]): T => from[below(random, from.length)]!;

/** One to six changes of bytes: bits, lengths, cuts, repetitions, parts of another input. */
export function mutateBytes(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  let mutated: Uint8Array = bytes.slice();
  const changes = 1 + below(random, 6);
  for (let change = 0; change < changes; change++) mutated = changeBytes(mutated, other, random);
  return mutated;
}

function changeBytes(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  // The first bytes describe the rest, so they are changed more often than their share.
  const at = below(random, random() < 0.3 ? Math.min(bytes.length, 200) : bytes.length);
  const length = 1 + below(random, Math.min(bytes.length - at, random() < 0.8 ? 16 : 4096));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
  if (bytes.length === 0) return other.slice(0, 100);
  switch (below(random, 10)) {
    case 0:
    case 1:
      bytes[at]! ^= 1 << below(random, 8);
      return bytes;
    case 2:
      bytes[at] = oneOf(random, edges);
      return bytes;
    case 3:
      if (at + 4 <= bytes.length) view.setUint32(at, oneOf(random, edges), random() < 0.7);
      return bytes;
    case 4:
      if (at + 8 <= bytes.length)
        view.setBigUint64(at, BigInt(oneOf(random, edges)) << BigInt(below(random, 40)), true);
      return bytes;
    case 5:
      return bytes.slice(0, at);
    case 6:
      return joined(bytes.subarray(0, at), bytes.subarray(at + length));
    case 7:
      return joined(bytes.subarray(0, at + length), bytes.subarray(at));
    case 8:
      return joined(bytes.subarray(0, at), other.subarray(below(random, other.length || 1)));
    default:
      for (let i = at; i < at + length; i++) bytes[i] = below(random, 256);
      return bytes;
  }
}

/** One to five changes of text: words inserted; numbers and lines replaced, repeated or removed; or bytes changed. */
export function mutateText(text: string, other: string, random: Random): Uint8Array {
  if (random() < 0.15) return mutateBytes(Buffer.from(text), Buffer.from(other), random);
  let mutated = text;
  const changes = 1 + below(random, 5);
  for (let change = 0; change < changes; change++) mutated = changeText(mutated, other, random);
  return Buffer.from(mutated);
}

function changeText(text: string, other: string, random: Random): string {
  const at = below(random, text.length + 1);
  const lines = text.split('\n');
  const line = below(random, lines.length);
  switch (below(random, 9)) {
    case 0:
      return text.slice(0, at) + oneOf(random, words) + text.slice(at);
    case 1:
      return text.slice(0, at) + text.slice(at + 1 + below(random, 10));
    case 2:
    case 3: {
      const numbers = [...text.matchAll(/-?\d+(\.\d+)?(e[-+]?\d+)?/g)];
      if (numbers.length === 0) return `${text}${oneOf(random, words)}`;
      const number = oneOf(random, numbers);
      return (
        text.slice(0, number.index) +
        oneOf(random, words) +
        text.slice(number.index + number[0].length)
      );
    }
    case 4: {
      const names = [...text.matchAll(/[A-Za-z_]{2,}/g)];
      if (names.length === 0) return text.slice(0, at);
      const name = oneOf(random, names);
      return (
        text.slice(0, name.index) + oneOf(random, words) + text.slice(name.index + name[0].length)
      );
    }
    case 5:
      lines.splice(line, 1);
      return lines.join('\n');
    case 6:
      lines.splice(line, 0, ...Array<string>(1 + below(random, 20)).fill(lines[line]!));
      return lines.join('\n');
    case 7:
      return text.slice(0, at);
    default:
      lines.splice(line, 0, oneOf(random, other.split('\n')));
      return lines.join('\n');
  }
}

/** A value with one to four of its parts replaced, removed, renamed or repeated. */
export function mutateValue(value: unknown, random: Random): unknown {
  let mutated: unknown = structuredClone(value);
  const changes = 1 + below(random, 4);
  for (let change = 0; change < changes; change++)
    mutated = structuredClone(changeValue(mutated, random));
  return mutated;
}

function changeValue(value: unknown, random: Random): unknown {
  const isInner = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  if (!isInner || random() < 0.15) return structuredClone(oneOf(random, values));
  if (Array.isArray(value)) {
    const at = below(random, value.length);
    const kind = below(random, 4);
    if (kind === 0) value.splice(at, 1);
    else if (kind === 1) value.splice(at, 0, value[at]);
    else value[at] = changeValue(value[at], random);
    return value;
  }
  const record = value as Record<string, unknown>;
  const key = oneOf(random, Object.keys(record));
  const kind = below(random, 6);
  if (kind === 0) delete record[key];
  else if (kind === 1) {
    record[oneOf(random, ['__proto__x', 'constructor', 'toString', '', `${key}s`])] = record[key];
    delete record[key];
  } else record[key] = changeValue(record[key], random);
  return record;
}
