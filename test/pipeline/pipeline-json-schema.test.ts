import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { tasks } from '../../src/bundle/manifest.js';
import { pipelineJsonSchema } from '../../src/pipeline/pipeline-json-schema.js';
import { windshield } from '../support/command-line.js';

const schemaName = 'pipeline.schema.json';
const committed = JSON.parse(readFileSync(`pipelines/${schemaName}`, 'utf8'));
const files = readdirSync('pipelines').filter((name) => name.endsWith('.yaml'));
const editor = z.fromJSONSchema(committed);
const written = (name: string) => readFileSync(`pipelines/${name}`, 'utf8');

test('the committed schema is the one of the code: `windshield config --schema` writes it', async () => {
  expect(committed).toEqual(JSON.parse(JSON.stringify(pipelineJsonSchema())));
  const { stdout } = await windshield(['config', '--schema']).finished;
  expect(JSON.parse(stdout)).toEqual(committed);
});

test.each(files)('%s names the schema for editors, and fits it', (name) => {
  expect(written(name).split('\n')[0]).toBe(`# yaml-language-server: $schema=./${schemaName}`);
  expect(editor.safeParse(parse(written(name))).error).toBeUndefined();
});

describe('an editor is told', () => {
  const fitting = parse(written('default.yaml'));
  test.each([
    ['an unknown key', { colour: 'red' }],
    ['a lane of an unknown stage', { lanes: [['steering', 'lidar']] }],
    ['lanes that are neither listed nor auto', { lanes: 'some' }],
    ['a provider that does not exist', { providers: ['tpu'] }],
    ['a recording without a path', { record: { images: true } }],
  ])('of %s', (_, change) => {
    expect(editor.safeParse({ ...fitting, ...change }).success).toBe(false);
  });
  test.each([
    ['planned lanes', { lanes: 'auto' }],
    ['a recording by its path alone', { record: 'out.mcap' }],
    ['a recording with pictures', { record: { path: 'out.mcap', images: true } }],
  ])('nothing of %s', (_, change) => {
    expect(editor.safeParse({ ...fitting, ...change }).error).toBeUndefined();
  });
});

test('an editor shows what each key means', () => {
  const keys: [string, string | undefined][] = [];
  const visit = (schema: Record<string, unknown>, path: string): void => {
    for (const [key, value] of Object.entries(
      (schema['properties'] ?? {}) as Record<string, Record<string, unknown>>,
    )) {
      keys.push([`${path}${key}`, value['description'] as string | undefined]);
      visit(value, `${path}${key}.`);
    }
    const inner = [schema['additionalProperties'], schema['items']];
    for (const part of [...inner, ...((schema['anyOf'] as unknown[]) ?? [])])
      if (part !== null && typeof part === 'object') visit(part as Record<string, unknown>, path);
  };
  visit(committed, '');
  expect(keys.length).toBeGreaterThan(80);
  // What is named after a stage is explained by the key that it stands in.
  const isStage = (path: string) => (tasks as readonly string[]).includes(path.split('.').at(-1)!);
  const mute = keys.filter(([path, says]) => says === undefined && !isStage(path));
  expect(mute.map(([path]) => path)).toEqual([]);
});

test('asking for the schema and for a file at once is refused in one line', async () => {
  const { code, stderr } = await windshield(['config', '--schema', 'x.yaml']).finished;
  expect(code).toBe(2);
  expect(stderr).toMatch(/^windshield: .*leave out x\.yaml \(ERR_USAGE\)\n$/);
});
