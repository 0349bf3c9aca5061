import type { z } from 'zod';
import { didYouMean } from './nearest-word.js';

type Schema = z.core.$ZodType;

/**
 * Says what is wrong in an issue that `schema` found, without its place. For an unknown key or choice, names the known
 * one that was most likely meant. Parse with `reportInput: true`, or the choice is not available.
 */
export function describeIssue(issue: z.core.$ZodIssue, schema: Schema): string {
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!;
    return `unknown key "${key}"${didYouMean(key, keysAt(schema, issue.path))}`;
  }
  if (issue.code === 'invalid_value' && typeof issue.input === 'string')
    return `${issue.message}${didYouMean(issue.input, issue.values.map(String))}`;
  // For a bad name as a key: what is wrong with it, instead of only that something is.
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message;
  return issue.message;
}

/** The keys that an object at `path` may have; none if unknown. */
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
  // Optional, default and the like wrap the schema that is meant.
  const inner = def['innerType'] ?? def['out'];
  return inner === undefined ? [] : keysAt(inner as Schema, path);
}
