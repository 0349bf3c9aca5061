import { isCollection, isMap, isNode, LineCounter, parseAllDocuments, stringify } from 'yaml';
import { firstLine } from '../frame/first-line.js';
import { type ErrorCode, hasErrorCode, PerceptionError } from '../frame/perception-error.js';

/** A pipeline file or a recipe takes some kilobytes; more is a wrong path, and would fill the memory. */
export const maxYamlCharacters = 1024 * 1024;

export interface YamlOptions {
  /** Names the file in errors. */
  where: string;
  /** What a text that cannot be read is answered with. */
  code: ErrorCode;
  /** A file that holds several documents is read by its first; otherwise it is refused. */
  takesFirst?: boolean;
  maxCharacters?: number;
}

export interface YamlDocument {
  /** Plain values; undefined for an empty file. */
  value: unknown;
  /** The line, from 1, where a key stands, or the nearest one above it that is there. */
  lineAt(keys: readonly PropertyKey[]): number;
}

/** Reads YAML 1.2. Throws an error of `code`, with file and line, for all that is none, or that is made to grow. */
export function parseYaml(text: string, options: YamlOptions): YamlDocument {
  const { where, maxCharacters = maxYamlCharacters } = options;
  const refused = (found: string, line?: number, cause?: unknown) =>
    new PerceptionError(
      options.code,
      `${where}${line === undefined ? '' : `:${line}`}: expected YAML, found ${found}`,
      { cause },
    );
  if (text.length > maxCharacters)
    throw new PerceptionError(
      options.code,
      `${where}: expected at most ${maxCharacters} characters of YAML, found ${text.length}`,
    );
  const lines = new LineCounter();
  const lineOfOffset = (offset: number) => lines.linePos(offset).line;
  try {
    const documents = parseAllDocuments(text, {
      lineCounter: lines,
      prettyErrors: false,
      logLevel: 'silent',
    });
    const [first, second] = 'empty' in documents ? [] : documents;
    if (first === undefined) return { value: undefined, lineAt: () => 1 };
    const [fault] = first.errors;
    if (fault !== undefined) throw refused(fault.message, lineOfOffset(fault.pos[0]), fault);
    if (second !== undefined && !options.takesFirst)
      throw refused('a second document', lineOfOffset(second.range[0]));
    return {
      value: first.toJS() ?? undefined,
      lineAt: (keys) => lineOfOffset(offsetOf(first.contents, keys)),
    };
  } catch (cause) {
    if (hasErrorCode(cause)) throw cause;
    // Aliases that grow without end, keys that are none, brackets as deep as the stack.
    const isDeep = cause instanceof RangeError;
    throw refused(isDeep ? 'it nested too deeply' : firstLine(cause), undefined, cause);
  }
}

/** Writes YAML. */
export function formatYaml(
  value: unknown,
  options?: { collectionStyle?: 'any' | 'block' | 'flow'; lineWidth?: number },
): string {
  return stringify(value, options);
}

function offsetOf(contents: unknown, keys: readonly PropertyKey[]): number {
  let node = contents;
  let offset = isNode(contents) ? (contents.range?.[0] ?? 0) : 0;
  for (const key of keys) {
    if (!isCollection(node)) break;
    if (isMap(node)) {
      const pair = node.items.find((item) => isNode(item.key) && String(item.key) === key);
      if (pair === undefined) break;
      offset = (isNode(pair.key) ? pair.key.range?.[0] : undefined) ?? offset;
      node = pair.value;
    } else {
      node = node.get(key, true);
      if (isNode(node)) offset = node.range?.[0] ?? offset;
    }
  }
  return offset;
}
