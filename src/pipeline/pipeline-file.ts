import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isCollection, isMap, isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { addressRow } from '../capture/source-table.js';
import { PerceptionError } from '../frame/perception-error.js';
import {
  type PipelineConfig,
  type PipelineFile,
  type PipelineInput,
  pipelineSchema,
} from './pipeline-schema.js';

type Issue = z.core.$ZodIssue;

/**
 * Reads a pipeline file: checks it, fills in defaults, makes paths absolute (relative ones are relative to
 * the file) and freezes it. Throws ERR_CONFIG with file, line and key; every fault found is in the message.
 */
export async function loadPipelineFile(path: string): Promise<PipelineConfig> {
  let yamlText: string;
  try {
    yamlText = await readFile(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new PerceptionError('ERR_CONFIG', `${path}: cannot be read (${code ?? cause})`, {
      cause,
    });
  }
  return parsePipeline(yamlText, path);
}

/** As loadPipelineFile, from text; `path` is the file that the text stands for. */
export function parsePipeline(yamlText: string, path: string): PipelineConfig {
  const lines = new LineCounter();
  const document = parseDocument(yamlText, { lineCounter: lines, prettyErrors: false });
  const fault = document.errors[0];
  if (fault !== undefined) {
    const line = lines.linePos(fault.pos[0]).line;
    throw new PerceptionError('ERR_CONFIG', `${path}:${line}: ${fault.message}`, { cause: fault });
  }
  const lineAt = (keys: readonly PropertyKey[]) => lineOf(document.contents, keys, lines);
  const checked = pipelineSchema.safeParse(document.toJS() ?? {});
  if (!checked.success) {
    const faults = checked.error.issues.map((issue) => describe(issue, lineAt));
    throw new PerceptionError('ERR_CONFIG', `${path}:${faults.join(`; ${path}:`)}`, {
      details: { path, faults },
    });
  }
  return deepFreeze(withAbsolutePaths(checked.data, dirname(resolve(path))));
}

/**
 * As loadPipelineFile, from an object that says what a file would; relative paths are relative to `baseDir`. Throws
 * ERR_CONFIG with every key that is wrong.
 */
export function resolvePipeline(input: PipelineInput, baseDir: string): PipelineConfig {
  const checked = pipelineSchema.safeParse(input);
  if (checked.success) return deepFreeze(withAbsolutePaths(checked.data, baseDir));
  const faults = checked.error.issues.map(whatIsWrong);
  throw new PerceptionError('ERR_CONFIG', `the pipeline: ${faults.join('; ')}`, {
    details: { faults },
  });
}

/** `line: key: what is wrong`. */
function describe(issue: Issue, lineAt: (keys: readonly PropertyKey[]) => number): string {
  const keys = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!] : issue.path;
  return `${lineAt(keys)}: ${whatIsWrong(issue)}`;
}

/** `key: what is wrong`. */
function whatIsWrong(issue: Issue): string {
  if (issue.code !== 'unrecognized_keys') return `${keyPath(issue.path)}: ${issue.message}`;
  const place = issue.path.length === 0 ? '' : ` in ${keyPath(issue.path)}`;
  return `unknown key "${issue.keys[0]}"${place}`;
}

const keyPath = (keys: readonly PropertyKey[]) =>
  keys
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .slice(1) || 'the file';

/** The line where a key stands, or the nearest one above it that exists. */
function lineOf(contents: unknown, keys: readonly PropertyKey[], lines: LineCounter): number {
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
  return lines.linePos(offset).line;
}

function withAbsolutePaths(config: PipelineFile, baseDir: string): PipelineConfig {
  const absolute = (path: string) => resolve(baseDir, path);
  const { source, calibration, mount, bundles, record, publish, listen } = config;
  const named = Object.entries(bundles).map(
    ([stage, paths]) => [stage, [paths ?? []].flat().map(absolute)] as const,
  );
  const several = named.filter(([, paths]) => paths.length > 1);
  const curve = publish.zeromq?.curve;
  return {
    ...config,
    ...(source === undefined ? {} : { source: addressRow(source) ? source : absolute(source) }),
    calibration:
      calibration === 'none' || calibration === 'recording' ? calibration : absolute(calibration),
    mount: mount === 'none' || mount === 'recording' ? mount : absolute(mount),
    bundles: Object.fromEntries(named.map(([stage, paths]) => [stage, paths[0]!])),
    ...(several.length === 0 ? {} : { alternatives: Object.fromEntries(several) }),
    ...(listen?.tokenFile !== undefined && {
      listen: { ...listen, tokenFile: absolute(listen.tokenFile) },
    }),
    ...(record === undefined ? {} : { record: { ...record, path: absolute(record.path) } }),
    ...(publish.zeromq === undefined || curve === undefined
      ? {}
      : {
          publish: { zeromq: { ...publish.zeromq, curve: { keyFile: absolute(curve.keyFile) } } },
        }),
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
