import type { z } from 'zod';
import { didYouMean } from './nearest-word.js';

type Schema = z.core.$ZodType;

/**
 * What is wrong, of an issue that `schema` found, without its place: of an unknown key or a choice there is none of, with the
 * known one that was most likely meant. Parse with `reportInput: true`, or a choice is not known.
 */
export function describeIssue(issue: z.core.$ZodIssue, schema: Schema): string {
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!;
    return `unknown key "${key}"${didYouMean(key, keysAt(schema, issue.path))}`;
  }
  if (issue.code === 'invalid_value' && typeof issue.input === 'string')
    return `${issue.message}${didYouMean(issue.input, issue.values.map(String))}`;
  // Of a name that stands before a colon: what is wrong with it, in place of that something is.
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message;
  return issue.message;
}

/** The keys that an object at `path` may have; none where that is not known. */
function keysAt(schema: Schema, path: readonly PropertyKey[]): string[] {
  const def = schema._zod.def as unknown as Readonly<Record<string, unknown>>;
  if (def['type'] === 'object') {
    const shape = def['shape'] as Readonly<Record<string, Schema>>;
    const [first, ...rest] = path;
    if (first === undefined) return Object.keys(shape);
    const inner = Object.hasOwn(shape, first) ? shape[String(first)] : undefined;
    return inner === undefined ? [] : keysAt(inner, rest);
  }
  if (def['type'] === 'array') return keysAt(def['element'] as Schema, path.slice(1));
  if (def['type'] === 'union')
    return (def['options'] as Schema[]).flatMap((option) => keysAt(option, path));
  // Optional, default and the like stand around what they mean.
  const inner = def['innerType'] ?? def['out'];
  return inner === undefined ? [] : keysAt(inner as Schema, path);
}
