import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fromBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { goldenInput } from '../../src/bundle/golden.js';
import { PerceptionFrameSchema } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { OnnxGraph } from '../../src/onnx/onnx-graph.js';
import { RecordingReader } from '../../src/recording/recording-reader.js';
import { repoDir } from '../support/command-line.js';
import { inputSpec } from '../support/frames.js';

// A copy of the project in which a newcomer has added a task, a source and an output: new files, and one row each.
const run = promisify(execFile);
let copy: string;
let compiled: Promise<string>;

/** What was added to each table: the only lines of the project that differ. */
const rows = {
  'src/bundle/task-table.ts': [
    ['\nconst cropOutputs', "import { meanColour } from './mean-colour.js';\n\nconst cropOutputs"],
    ['export const taskTable = {', 'export const taskTable = {\n  mean_colour: meanColour,'],
  ],
  'src/capture/source-table.ts': [
    [
      'const rows = {',
      `const rows = {
  bars: {
    kind: 'bars of a colour',
    schemes: ['bars'],
    example: 'bars:10',
    programs: [],
    isLive: false,
    open: async (location) => (await import('./bars-source.js')).openBars(location),
  },`,
    ],
  ],
  'src/outputs/output-table.ts': [
    [
      "import type { OutputRow } from './output-row.js';",
      "import { linesRow } from './lines/lines-row.js';\nimport type { OutputRow } from './output-row.js';",
    ],
    [
      'export const outputTable: readonly OutputRow[] = [',
      'export const outputTable: readonly OutputRow[] = [\n  linesRow,',
    ],
  ],
} as const;

const newFiles = {
  'src/bundle/mean-colour.ts': `import { z } from 'zod';
import { declarePlainTask } from './task-row.js';

export const meanColour = declarePlainTask({
  decodings: [z.strictObject({ kind: z.literal('mean_colour'), means: z.string() })],
  outputs: ({ means }) => [[means, [1, 3]]],
  answer(outputs, { means }) {
    const [red, green, blue] = outputs[means]!;
    return { red: red!, green: green!, blue: blue! };
  },
});
`,
  'src/capture/bars-source.ts': `import { type FrameLayout, frameBytes } from '../frame/frame.js';
import type { FrameSource } from '../frame/frame-source.js';

/** \`bars:<frames>\`: green frames. */
export async function openBars(location: string): Promise<FrameSource> {
  const frameCount = Number(location.slice('bars:'.length));
  const layout: FrameLayout = { format: 'rgb8', widthPx: 8, heightPx: 4, strideBytes: 24 };
  let id = 0;
  return {
    info: { name: location, layout, nominalRateHz: 100, frameCount },
    skipped: {},
    async read(into) {
      if (id >= frameCount) return { kind: 'ended' };
      for (let i = 0; i < frameBytes(layout); i++) into[i] = i % 3 === 1 ? 255 : 0;
      return { id, sourceTimeNs: BigInt(id++) * 10_000_000n, stampNs: 0n };
    },
    async close() {
      id = frameCount;
    },
  };
}
`,
  'src/outputs/lines/lines-row.ts': `import { z } from 'zod';
import { declareOutput } from '../output-row.js';

export const linesRow = declareOutput({
  name: 'lines',
  schema: z.strictObject({ path: z.string(), ending: z.string().default('') }),
  paths: ['path'],
  open: async ({ path, ending }) => (await import('./lines-output.js')).openLines(path, ending),
});
`,
  'src/outputs/lines/lines-output.ts': `import { writeFile } from 'node:fs/promises';
import type { Output } from '../output.js';
import { PublishCounts } from '../publish-count.js';

/** One line per frame: how long its message was. */
export async function openLines(path: string, ending: string): Promise<Output> {
  const lines: string[] = [];
  const counts = new PublishCounts();
  return {
    name: 'lines',
    place: path,
    topics: ['perception'],
    needsPixels: false,
    counts,
    send({ topic, payload }) {
      counts.of(topic).sent++;
      lines.push(payload.length + ending);
    },
    close: () => writeFile(path, lines.join('\\n')),
  };
}
`,
};

/** A network that answers the mean of each channel, as a bundle of the new task. */
async function writeBundle(dir: string): Promise<void> {
  const graph = new OnnxGraph('mean colour');
  graph.input('image', [1, 3, 4, 8]);
  graph.node('ReduceMean', ['image'], { axes: [2, 3], keepdims: 0 }, 'means');
  graph.output('means', [1, 3]);
  const network = graph.toBytes();
  const spec = {
    ...inputSpec({ widthPx: 8, heightPx: 4 }),
    mean: [0, 0, 0],
    scale: [1 / 255, 1 / 255, 1 / 255],
  };
  const input = { seed: 5, minimum: 0, maximum: 1, shape: [1, 3, 4, 8] };
  const pixels = goldenInput({ input, outputs: {} });
  const values = [0, 1, 2].map(
    (channel) => pixels.subarray(channel * 32, (channel + 1) * 32).reduce((a, b) => a + b) / 32,
  );
  const manifest = {
    schemaVersion: 1,
    task: 'mean_colour',
    name: 'mean colour',
    version: '0.0.1',
    network: {
      file: 'model.onnx',
      sha256: createHash('sha256').update(network).digest('hex'),
      parameters: 0,
    },
    input: { tensor: { name: 'image', dtype: 'float32', shape: [1, 3, 4, 8] }, spec },
    outputs: [{ name: 'means', dtype: 'float32', shape: [1, 3] }],
    decode: { kind: 'mean_colour', means: 'means' },
    training: { data: [], seed: 1, command: 'none' },
    scores: {},
    tolerance: { cpu: 1e-5 },
  };
  const golden = { input, outputs: { means: { shape: [1, 3], indices: [0, 1, 2], values } } };
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'model.onnx'), network);
  await writeFile(join(dir, 'manifest.json'), JSON.stringify(manifest));
  await writeFile(join(dir, 'golden.json'), JSON.stringify(golden));
}

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'windshield-copy-'));
  for (const name of [
    'bin',
    'src',
    'cli',
    'tools',
    'simulator',
    'page',
    'pipelines',
    'package.json',
    'tsconfig.json',
  ])
    await cp(join(repoDir, name), join(copy, name), { recursive: true });
  await symlink(join(repoDir, 'node_modules'), join(copy, 'node_modules'));
  for (const [path, contents] of Object.entries(newFiles)) {
    await mkdir(join(copy, path, '..'), { recursive: true });
    await writeFile(join(copy, path), contents);
  }
  for (const [path, changes] of Object.entries(rows)) {
    let text = await readFile(join(copy, path), 'utf8');
    for (const [before, after] of changes) {
      expect(text.split(before)).toHaveLength(2);
      text = text.replace(before, after);
    }
    await writeFile(join(copy, path), text);
  }
  // The compiler takes a while: it works beside the other tests.
  const project = { extends: './tsconfig.json', include: ['src', 'cli', 'page'], exclude: [] };
  await writeFile(join(copy, 'tsconfig.copy.json'), JSON.stringify(project));
  const tsc = join(repoDir, 'node_modules/typescript/bin/tsc');
  compiled = run(process.execPath, [tsc, '-p', 'tsconfig.copy.json'], { cwd: copy }).then(
    ({ stdout }) => stdout,
    ({ stdout }) => stdout,
  );
});
afterAll(() => rm(copy, { recursive: true, force: true }));

test('they run together: what the task answers is published, recorded, shown and written', async () => {
  await writeBundle(join(copy, 'mean-colour'));
  const pipeline = `
bundles: { mean_colour: mean-colour }
lanes: [[mean_colour]]
calibration: none
publish: {}
outputs: { lines: { path: lines.txt, ending: ' bytes' } }
`;
  await writeFile(join(copy, 'pipeline.yaml'), pipeline);
  const args = ['bin/windshield.js', 'replay', 'bars:5', '-p', 'pipeline.yaml', '--lockstep'];
  const { stderr } = await run(process.execPath, [...args, '--out', 'result.mcap'], { cwd: copy });
  expect(stderr).toContain('mean_colour red 0.00, green 1.00, blue 0.00');
  const lines = (await readFile(join(copy, 'lines.txt'), 'utf8')).split('\n');
  expect(lines).toHaveLength(5);
  expect(lines[0]).toMatch(/^\d+ bytes$/);
  const payloads: Uint8Array[] = [];
  const reader = await RecordingReader.open(join(copy, 'result.mcap'));
  for await (const { data } of reader.messages({ topics: ['perception'] })) payloads.push(data);
  await reader.close();
  const { answers, stages } = fromBinary(PerceptionFrameSchema, payloads[4]!);
  expect(stages.map(({ stage }) => stage)).toEqual(['mean_colour']);
  expect(answers).toMatchObject([
    {
      task: 'mean_colour',
      values: [
        { name: 'red', value: 0 },
        { name: 'green', value: 1 },
        { name: 'blue', value: 0 },
      ],
    },
  ]);
});

test('an unknown output, and a setting that it does not know, are refused with the line of the pipeline file', async () => {
  const check = async (outputs: string) => {
    const text = `bundles: { mean_colour: mean-colour }\nlanes: [[mean_colour]]\noutputs: ${outputs}\n`;
    await writeFile(join(copy, 'wrong.yaml'), text);
    const args = ['bin/windshield.js', 'config', 'wrong.yaml'];
    return run(process.execPath, args, { cwd: copy }).then(
      () => 'accepted',
      ({ stderr }) => stderr as string,
    );
  };
  expect(await check('{ rows: {} }')).toMatch(/wrong\.yaml:3: outputs: .*rows/);
  expect(await check('{ lines: { path: a, colour: red } }')).toMatch(
    /wrong\.yaml:3: outputs\.lines: .*colour/,
  );
  expect(await check('{ lines: { path: a } }')).toBe('accepted');
});

test('a task, a source and an output are one row each beside their files: the compiler asks for nothing more', async () => {
  expect(await compiled).toBe('');
});
