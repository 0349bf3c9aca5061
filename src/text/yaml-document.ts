import { isCollection, isMap, isNode, LineCounter, parseAllDocuments, stringify } from 'yaml';
import { firstLine } from '../frame/first-line.js';
import { type ErrorCode, hasErrorCode, PerceptionError } from '../frame/perception-error.js';

/** A pipeline file or a recipe takes some kilobytes; anything larger is a wrong path, and would fill the memory. */
export const maxYamlCharacters = 1024 * 1024;

export interface YamlOptions {
  /** Names the file in errors. */
  where: string;
  /** Error code for text that cannot be read. */
  code: ErrorCode;
  /** Reads the first of several documents; otherwise such a file is refused. */
  takesFirst?: boolean;
  maxCharacters?: number;
}

export interface YamlDocument {
  /** Plain values; undefined for an empty file. */
  value: unknown;
  /** Returns the line, from 1, of a key or of its nearest parent that exists. */
  lineAt(keys: readonly PropertyKey[]): number;
}

/** Reads YAML 1.2. Throws an error of `code`, with file and line, for text that is not YAML or expands without end. */
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
    // Aliases that expand without end, invalid keys, brackets nested as deep as the stack.
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
