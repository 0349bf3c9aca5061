import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const repoDir = fileURLToPath(new URL('../..', import.meta.url));

/** What each room of src may import from, itself aside. Whoever is not named here may import nothing. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  frame: [],
  text: ['frame'],
  files: ['frame'],
  calibration: ['frame', 'text'],
  bundle: ['frame', 'text', 'calibration'],
  onnx: ['frame'],
  preprocess: ['frame', 'calibration', 'bundle', 'onnx'],
  perception: ['frame', 'calibration', 'bundle', 'preprocess'],
  inference: ['frame', 'files', 'calibration', 'bundle', 'onnx'],
  codec: ['frame'],
  messages: ['frame'],
  recording: ['frame', 'text', 'files', 'calibration', 'messages', 'codec'],
  capture: ['frame', 'files', 'calibration', 'messages', 'codec', 'recording'],
  supervise: ['frame', 'files', 'messages', 'recording'],
  outputs: [
    'frame',
    'files',
    'calibration',
    'bundle',
    'codec',
    'messages',
    'recording',
    'capture',
    'supervise',
    'viewer',
  ],
  pipeline: [
    'frame',
    'text',
    'files',
    'calibration',
    'bundle',
    'onnx',
    'preprocess',
    'perception',
    'inference',
    'codec',
    'messages',
    'recording',
    'capture',
    'outputs',
    'supervise',
    'stages',
    'viewer',
  ],
  stages: [
    'frame',
    'calibration',
    'bundle',
    'onnx',
    'preprocess',
    'perception',
    'inference',
    'messages',
  ],
  // Stages asked why they answer as they do; what runs the networks is handed in.
  explanation: ['frame', 'calibration', 'bundle', 'onnx', 'preprocess', 'perception', 'stages'],
  // What other programs import: it names what is public, and holds nothing of its own.
  public: [
    'frame',
    'calibration',
    'bundle',
    'preprocess',
    'perception',
    'inference',
    'messages',
    'recording',
    'capture',
    'outputs',
    'pipeline',
  ],
  viewer: ['frame', 'calibration', 'bundle', 'preprocess', 'perception', 'messages', 'recording'],
};

/** Rooms that the browser runs as well. */
const browserRooms = [
  'frame',
  'text',
  'calibration',
  'bundle',
  'onnx',
  'preprocess',
  'perception',
  'explanation',
];

/** Native and heavy packages, and the one file that may load each. */
const soleImporters: Readonly<Record<string, string>> = {
  pino: 'cli/log-file.ts',
  'cli-table3': 'src/text/text-table.ts',
  '@julusian/jpeg-turbo': 'src/codec/turbo-jpeg.ts',
  sharp: 'src/codec/image-codec.ts',
  yaml: 'src/text/yaml-document.ts',
  zeromq: 'src/outputs/zeromq/zeromq-publisher.ts',
  '@opencvjs/node': 'tools/calibrate/engine/opencv-wasm.ts',
  '@foxglove/wasm-zstd': 'src/recording/zstd.ts',
  '@nats-io/transport-node': 'tools/fleet/queue/nats-queue.ts',
  '@nats-io/jetstream': 'tools/fleet/queue/nats-queue.ts',
  '@duckdb/node-api': 'tools/fleet/ask/duckdb.ts',
  '@aws-sdk/client-s3': 'tools/fleet/store/s3-store.ts',
  ws: 'src/outputs/page/socket-room.ts',
  'hyparquet-writer': 'tools/tables/parquet-file.ts',
  'prom-client': 'src/outputs/metrics/metrics-output.ts',
};

interface Import {
  /** Repository path of the importing file. */
  from: string;
  specifier: string;
  /** Repository path of the imported file, undefined for a package. */
  target: string | undefined;
  isTypeOnly: boolean;
  isDynamic: boolean;
}

const importPattern =
  /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g;

function importsOf(file: string): Import[] {
  const source = readFileSync(file, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  return [...source.matchAll(importPattern)].map((match) => {
    const specifier = (match[2] ?? match[3])!;
    const from = relative(repoDir, file);
    const target = specifier.startsWith('.')
      ? posix.join(dirname(from), specifier).replace(/\.js$/, '.ts')
      : undefined;
    const isDynamic = match[3] !== undefined;
    return { from, specifier, target, isTypeOnly: match[1] !== undefined, isDynamic };
  });
}

function filesUnder(room: string): string[] {
  return readdirSync(join(repoDir, room), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/** The floors, from the ground up: a file imports from its own floor and from those below. */
const floors = ['src', 'tools', 'simulator', 'cli', 'benchmarks'] as const;

const imports = floors.flatMap(filesUnder).flatMap(importsOf);
const roomOf = (path: string) => (path.startsWith('src/') ? path.split('/')[1]! : 'above src');
const shown = ({ from, specifier }: Import) => `${from} imports ${specifier}`;

test('there are imports to hold to the rules', () => {
  expect(imports.length).toBeGreaterThan(100);
  expect(imports.some(({ isDynamic }) => isDynamic)).toBe(true);
});

test.each(Object.keys(mayImport))('src/%s imports only from rooms below it', (room) => {
  const wrong = imports.filter(({ from, target }) => {
    if (!from.startsWith(`src/${room}/`) || target === undefined) return false;
    const targetRoom = roomOf(target);
    return targetRoom !== room && !mayImport[room]!.includes(targetRoom);
  });
  expect(wrong.map(shown)).toEqual([]);
});

test('every room of src has its rule', () => {
  const rooms = readdirSync(join(repoDir, 'src'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  expect(rooms.filter((room) => mayImport[room] === undefined)).toEqual([]);
});

test.each(floors)('%s imports from no floor above it', (floor) => {
  const above: readonly string[] = floors.slice(floors.indexOf(floor) + 1);
  const wrong = imports.filter(
    ({ from, target }) =>
      from.startsWith(`${floor}/`) && target !== undefined && above.includes(target.split('/')[0]!),
  );
  expect(wrong.map(shown)).toEqual([]);
});

test('no file imports itself by way of others, types included', () => {
  const targets = new Map<string, string[]>();
  for (const { from, target } of imports) {
    if (target !== undefined) targets.set(from, [...(targets.get(from) ?? []), target]);
  }
  const circles: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, way: readonly string[]): void => {
    const start = way.indexOf(file);
    if (start >= 0) circles.push([...way.slice(start), file].join(' -> '));
    if (start >= 0 || done.has(file)) return;
    for (const target of targets.get(file) ?? []) walk(target, [...way, file]);
    done.add(file);
  };
  for (const file of targets.keys()) walk(file, []);
  expect(circles).toEqual([]);
});

test('a run starts its lanes before it loads messages, sockets and tables', () => {
  const atStart = imports.filter(({ isDynamic, isTypeOnly }) => !isDynamic && !isTypeOnly);
  const ways = new Map([['cli/drive.ts', 'cli/drive.ts']]);
  for (const [file, way] of ways)
    for (const { from, target } of atStart)
      if (from === file && target !== undefined && !ways.has(target))
        ways.set(target, `${way} -> ${target}`);
  const late = /^(@bufbuild|@mcap|@julusian)\/|^(zeromq|ws|sharp|cli-table3|prom-client)$/;
  const wrong = atStart.filter(({ from, specifier }) => ways.has(from) && late.test(specifier));
  expect(ways.size).toBeGreaterThan(50);
  expect(wrong.map(({ from, specifier }) => `${ways.get(from)} -> ${specifier}`)).toEqual([]);
});

test('the command line loads tools and simulator only when a command is called', () => {
  const wrong = imports.filter(
    ({ from, target, isDynamic, isTypeOnly }) =>
      from.startsWith('cli/') &&
      /^(tools|simulator)\//.test(target ?? '') &&
      !isDynamic &&
      !isTypeOnly,
  );
  expect(wrong.map(shown)).toEqual([]);
});

test('what the browser runs imports nothing of Node', () => {
  const wrong = imports.filter(
    ({ from, specifier }) =>
      browserRooms.some((room) => from.startsWith(`src/${room}/`)) &&
      (specifier.startsWith('node:') || builtinModules.includes(specifier)),
  );
  expect(wrong.map(shown)).toEqual([]);
});

describe('each heavy package is loaded by one file', () => {
  test.each(Object.entries(soleImporters))('%s by %s', (name, importer) => {
    const importers = imports
      .filter(({ from }) => !from.startsWith('benchmarks/'))
      .filter(({ specifier }) => specifier === name || specifier.startsWith(`${name}/`))
      .map(({ from }) => from);
    expect([...new Set(importers)]).toEqual([importer]);
  });

  test('onnxruntime-node inside src/inference only, each of its two doors by one file', () => {
    const importers = imports.filter(
      ({ specifier, isTypeOnly }) => /^onnxruntime-node(\/|$)/.test(specifier) && !isTypeOnly,
    );
    for (const door of new Set(importers.map(({ specifier }) => specifier))) {
      const found = importers.filter(({ specifier }) => specifier === door);
      expect(new Set(found.map(({ from }) => from)).size, found.map(shown).join('; ')).toBe(1);
    }
    for (const { from } of importers) expect(from).toMatch(/^src\/inference\//);
  });

  test('onnxruntime-node after its telemetry is switched off', () => {
    const doors = imports.filter(
      ({ specifier, isTypeOnly }) => /^onnxruntime-node(\/|$)/.test(specifier) && !isTypeOnly,
    );
    for (const { from } of doors)
      expect(imports.find((each) => each.from === from)?.specifier).toBe('./no-telemetry.js');
  });

  test('TensorFlow.js never in src', () => {
    const wrong = imports.filter(
      ({ from, specifier, isTypeOnly }) =>
        from.startsWith('src/') && specifier.startsWith('@tensorflow/') && !isTypeOnly,
    );
    expect(wrong.map(shown)).toEqual([]);
  });
});

test('what the page reaches runs in a browser: no Node, nothing native', () => {
  const pageFiles = readdirSync(join(repoDir, 'page'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const queue = pageFiles.flatMap(importsOf);
  const seen = new Set<string>();
  const wrong: string[] = [];
  for (let found = queue.pop(); found !== undefined; found = queue.pop()) {
    if (found.isTypeOnly) continue;
    const { specifier, target } = found;
    const isOutside = target !== undefined && !/^(src|page)\//.test(target);
    const isNode = specifier.startsWith('node:') || builtinModules.includes(specifier);
    // YAML has one importer for the sake of its errors, and runs anywhere.
    const isNative = specifier !== 'yaml' && soleImporters[specifier] !== undefined;
    if (isNode || isOutside || isNative) wrong.push(shown(found));
    if (target === undefined || seen.has(target) || target.startsWith('page/')) continue;
    seen.add(target);
    queue.push(...importsOf(join(repoDir, target)));
  }
  expect(seen.size).toBeGreaterThan(30);
  expect(wrong).toEqual([]);
});
