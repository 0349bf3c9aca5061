import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { addressRow } from '../capture/source-table.js';
import { readInputText } from '../files/read-input.js';
import { PerceptionError } from '../frame/perception-error.js';
import { outputTable } from '../outputs/output-table.js';
import { describeIssue } from '../text/describe-issue.js';
import { parseYaml } from '../text/yaml-document.js';
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
  const text = readInputText(path, { code: 'ERR_CONFIG', what: 'a pipeline file' });
  return parsePipeline(text, path);
}

/** As loadPipelineFile, from text; `path` is the file that the text is from. */
export function parsePipeline(yamlText: string, path: string): PipelineConfig {
  const { value, lineAt } = parseYaml(yamlText, { where: path, code: 'ERR_CONFIG' });
  const checked = pipelineSchema.safeParse(value ?? {}, { reportInput: true });
  if (!checked.success) {
    const faults = checked.error.issues.map((issue) => describe(issue, lineAt));
    throw new PerceptionError('ERR_CONFIG', `${path}:${faults.join(`; ${path}:`)}`, {
      details: { path, faults },
    });
  }
  return deepFreeze(withAbsolutePaths(checked.data, dirname(resolve(path))));
}

/**
 * As loadPipelineFile, from an object with the contents of a file; relative paths are relative to `baseDir`. Throws
 * ERR_CONFIG with every key that is wrong.
 */
export function resolvePipeline(input: PipelineInput, baseDir: string): PipelineConfig {
  const checked = pipelineSchema.safeParse(input, { reportInput: true });
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
  const isAtTop = issue.code === 'unrecognized_keys' && issue.path.length === 0;
  const said = describeIssue(issue, pipelineSchema);
  return isAtTop ? said : `${keyPath(issue.path)}: ${said}`;
}

const keyPath = (keys: readonly PropertyKey[]) =>
  keys
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .slice(1) || 'the file';

function withAbsolutePaths(config: PipelineFile, baseDir: string): PipelineConfig {
  const absolute = (path: string) => resolve(baseDir, path);
  const { source, calibration, mount, bundles, record, publish, listen, outputs, cameras } = config;
  const sourceAt = (place: string) => (addressRow(place) ? place : absolute(place));
  const fileAt = (place: string) =>
    place === 'none' || place === 'recording' ? place : absolute(place);
  const cameraAt = (camera: NonNullable<PipelineFile['cameras']>[string]) => ({
    ...camera,
    source: sourceAt(camera.source),
    ...(camera.calibration !== undefined && { calibration: fileAt(camera.calibration) }),
    ...(camera.mount !== undefined && { mount: fileAt(camera.mount) }),
    ...(camera.bundles && { bundles: mapValues(camera.bundles, (dir) => dir && absolute(dir)) }),
  });
  const named = Object.entries(bundles).map(
    ([stage, paths]) => [stage, [paths ?? []].flat().map(absolute)] as const,
  );
  const several = named.filter(([, paths]) => paths.length > 1);
  const curve = publish.zeromq?.curve;
  return {
    ...config,
    ...(source === undefined ? {} : { source: sourceAt(source) }),
    ...(cameras && { cameras: mapValues(cameras, cameraAt) }),
    calibration: fileAt(calibration),
    mount: fileAt(mount),
    bundles: Object.fromEntries(named.map(([stage, paths]) => [stage, paths[0]!])),
    ...(several.length === 0 ? {} : { alternatives: Object.fromEntries(several) }),
    ...(listen?.tokenFile !== undefined && {
      listen: { ...listen, tokenFile: absolute(listen.tokenFile) },
    }),
    ...(outputs && { outputs: withAbsoluteOutputPaths(outputs, absolute) }),
    ...(record === undefined ? {} : { record: { ...record, path: absolute(record.path) } }),
    ...(publish.zeromq === undefined || curve === undefined
      ? {}
      : {
          publish: { zeromq: { ...publish.zeromq, curve: { keyFile: absolute(curve.keyFile) } } },
        }),
  };
}

function withAbsoluteOutputPaths(
  outputs: Readonly<Record<string, unknown>>,
  absolute: (path: string) => string,
): Record<string, unknown> {
  const pathsOf = (name: string) => outputTable.find((row) => row.name === name)?.paths ?? [];
  return Object.fromEntries(
    Object.entries(outputs).map(([name, own]) => {
      const paths = Object.entries(own ?? {}).filter(([key]) => pathsOf(name).includes(key));
      const resolved = paths.map(([key, path]) => [key, absolute(String(path))]);
      return [name, Object.assign({}, own, Object.fromEntries(resolved))];
    }),
  );
}

function mapValues<T extends object, Result>(
  record: T,
  map: (value: T[keyof T]) => Result,
): { [Key in keyof T]: Result } {
  const entries = Object.entries(record).map(([key, value]) => [key, map(value)]);
  return Object.fromEntries(entries) as { [Key in keyof T]: Result };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
