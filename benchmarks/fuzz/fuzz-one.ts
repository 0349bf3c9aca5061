import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { mulberry32 } from '../../src/bundle/golden.js';
import { hasErrorCode } from '../../src/frame/perception-error.js';
import { mutateBytes, mutateText, mutateValue, type Random } from './mutate.js';
import type { FuzzSubject } from './subject.js';

/** Longest line that people read. */
const maxLineCharacters = 2000;

/** The input with a number: the same for the same seed. The first ones are the unchanged seed inputs. */
export function makeInput(
  { name, form }: FuzzSubject,
  seeds: readonly Uint8Array[],
  seed: number,
  index: number,
): Uint8Array {
  if (index < seeds.length) return seeds[index]!;
  const random = mulberry32(hashOf(`${name} ${seed} ${index}`));
  const pick = () => seeds[Math.floor(random() * seeds.length)]!;
  const [base, other] = [pick(), pick()];
  if (form === 'bytes') return mutateBytes(base, other, random);
  const text = Buffer.from(base).toString('utf8');
  if (form === 'value' && random() < 0.6) {
    const value = tryJson(text);
    if (value !== undefined) return Buffer.from(written(value, random));
  }
  return mutateText(text, Buffer.from(other).toString('utf8'), random);
}

const written = (value: unknown, random: Random) =>
  JSON.stringify(mutateValue(value, random)) ?? 'null';

/** Reads one input; returns what was wrong with the reader's behaviour, or undefined. */
export async function readInputOf(
  subject: FuzzSubject,
  dir: string,
  input: Uint8Array,
): Promise<{ isRefused: boolean; fault: string | undefined }> {
  const path = join(dir, subject.file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, input, { mode: 0o600 });
  const before = new Set(readdirSync(dir));
  let isRefused = false;
  let fault: string | undefined;
  try {
    await subject.read(path, dir);
  } catch (error) {
    isRefused = true;
    fault = faultOf(error, subject, dir);
  }
  const left = readdirSync(dir, { recursive: true }).filter(
    (name) => !before.has(String(name)) && String(name).includes('.partial'),
  );
  if (left.length > 0) fault ??= `left ${left.join(', ')}`;
  return { isRefused, fault };
}

function faultOf(error: unknown, { codes, file }: FuzzSubject, dir: string): string | undefined {
  const shown = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (!hasErrorCode(error)) return `no error of ours: ${shown}`;
  const { code, message } = error;
  const said = `${message.slice(0, 600)} (${code})`;
  if (!codes.includes(code)) return `another code than ${codes.join(', ')}: ${said}`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they would write on the terminal of whoever reads the line.
  if (/[\u0000-\u001f\u007f\u2028\u2029]/.test(message)) return `no single clean line: ${said}`;
  if (message.length > maxLineCharacters) return `a line of ${message.length} characters: ${said}`;
  // Messages about a network or a picture contain the file's name without its folder.
  if (!message.includes(dir) && !message.includes(basename(file)))
    return `no file is named: ${said}`;
  return undefined;
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
