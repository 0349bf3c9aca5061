import { PerceptionError } from '../../src/frame/perception-error.js';
import { checkedNames } from './class-names.js';
import type { NetworkFile } from './network-file.js';

const maxTextLength = 100_000;
/** `0: 'person'`, with either quote, as Python prints it. */
const entry = /^\s*(\d+)\s*:\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*$/;

/**
 * Classes that the file itself names: Ultralytics' `names`, a Python dictionary, or our own `labels`; undefined if
 * it names none. Throws ERR_BUNDLE if the text does not have that form.
 */
export function namesInMetadata({ name, metadata }: NetworkFile): string[] | undefined {
  const labels = metadata.get('labels');
  if (labels !== undefined) return checkedAs(labels.split(','), `${name}: metadata labels`);
  const text = metadata.get('names');
  if (text === undefined) return undefined;
  const where = `${name}: metadata names`;
  const body = /^\s*\{([\s\S]*)\}\s*$/.exec(text.slice(0, maxTextLength))?.[1];
  const parts = body?.match(/\d+\s*:\s*(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")/g) ?? [];
  const rest = parts.reduce((left, part) => left.replace(part, ''), body ?? 'x');
  if (parts.length === 0 || /[^\s,]/.test(rest)) {
    throw new PerceptionError(
      'ERR_BUNDLE',
      `${where}: expected {0: 'name', 1: 'name'}, found ${JSON.stringify(text.slice(0, 60))}; --classes takes its place`,
    );
  }
  const names: string[] = [];
  for (const part of parts) {
    const [, number, single, double] = entry.exec(part)!;
    names[Number(number)] = (single ?? double ?? '').replaceAll(/\\(.)/g, '$1');
  }
  if (names.length !== parts.length) {
    throw new PerceptionError(
      'ERR_BUNDLE',
      `${where}: expected classes numbered 0 to ${parts.length - 1}, found other numbers; --classes takes its place`,
    );
  }
  return checkedAs(names, where);
}

function checkedAs(names: string[], where: string): string[] {
  try {
    return checkedNames(names, where);
  } catch (cause) {
    throw new PerceptionError('ERR_BUNDLE', (cause as Error).message, { cause });
  }
}
