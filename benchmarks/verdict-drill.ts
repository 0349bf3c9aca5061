// Plants ten changes into the shipped pipeline, one after the other, on each of several drives: does a verdict find and name
// each, and find nothing if nothing was changed?
//
//     npm run drill:verdict -- [drive.mcap ...]
//
// Prints one JSON object; exit code 1 if a change was not named or an unchanged run had findings.
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PerceptionFrame } from '../src/messages/gen/windshield/v1/perception_pb.js';
import { runPipeline } from '../src/pipeline/pipeline.js';
import { loadPipelineFile } from '../src/pipeline/pipeline-file.js';
import type { PipelineConfig } from '../src/pipeline/pipeline-schema.js';
import { compareRuns } from '../tools/verdict/compare-runs.js';
import { strictRules } from '../tools/verdict/rules.js';
import { endDrill } from './harness/end-drill.js';
import {
  delayByOne,
  removeDetections,
  rewriteResults,
  slowStage,
} from './verdict/planted-results.js';

const repoDir = fileURLToPath(new URL('../..', import.meta.url));
const shippedDrive = join(repoDir, 'recordings/sample-drive.mcap');
const drives = process.argv.length > 2 ? process.argv.slice(2) : [shippedDrive];
const dir = await mkdtemp(join(tmpdir(), 'windshield-verdict-'));
const config = await loadPipelineFile(join(repoDir, 'pipelines/default.yaml'));

interface Change {
  name: string;
  /** Pattern that one of the findings must match. */
  named: RegExp;
  config?: () => Promise<PipelineConfig>;
  results?: (frames: PerceptionFrame[]) => void;
}

// biome-ignore lint/suspicious/noExplicitAny: manifests are edited here, at any depth
type Manifest = any;

async function withManifest(task: 'detection' | 'steering', edit: (manifest: Manifest) => void) {
  const bundle = await mkdtemp(join(dir, `${task}-`));
  await cp(config.bundles[task]!, bundle, { recursive: true });
  const path = join(bundle, 'manifest.json');
  const manifest = JSON.parse(await readFile(path, 'utf8'));
  edit(manifest);
  await writeFile(path, JSON.stringify(manifest));
  return { ...config, bundles: { ...config.bundles, [task]: bundle } };
}

const changes: Change[] = [
  {
    name: 'threshold',
    named: /score threshold is|with a higher score threshold/,
    config: () =>
      withManifest('detection', ({ decode }) => {
        decode.scoreThreshold += 0.15;
      }),
  },
  {
    name: 'NMS',
    named: /NMS threshold/,
    config: () =>
      withManifest('detection', ({ decode }) => {
        decode.nmsIou = 0.8;
      }),
  },
  {
    name: 'another bundle',
    named: /steering runs another network/,
    config: async () => ({
      ...config,
      bundles: { ...config.bundles, steering: join(repoDir, 'models/steering') },
    }),
  },
  {
    name: 'colour order',
    named: /colour order is/,
    config: () =>
      withManifest('detection', ({ input }) => {
        input.spec.colour = 'bgr';
      }),
  },
  {
    name: 'crop shifted by 4 px',
    named: /steering looks at another part of the frame/,
    config: () =>
      withManifest('steering', ({ input }) => {
        const { regionNorm } = input.spec;
        regionNorm[1] -= 4 / 720;
        regionNorm[3] -= 4 / 720;
      }),
  },
  {
    name: 'calibration off by 1 %',
    named: /camera calibration is another/,
    config: async () => {
      const yamlText = await readFile(join(repoDir, 'calibration/sample-camera.yaml'), 'utf8');
      const path = join(dir, 'camera.yaml');
      await writeFile(path, longerFocus(yamlText));
      return { ...config, calibration: path };
    },
  },
  {
    name: 'slow stage',
    named: /segmentation takes/,
    results: (frames) => slowStage(frames, 'segmentation', 3 * slowestMs(frames, 'segmentation')),
  },
  {
    name: 'lost class',
    named: /no pedestrian is found any more/,
    results: (frames) => removeDetections(frames, (className) => className === 'pedestrian'),
  },
  {
    name: 'swapped label',
    named: /what was called car is now truck/,
    config: () =>
      withManifest('detection', ({ decode }) => {
        const { classes } = decode;
        const [car, truck] = [classes.indexOf('car'), classes.indexOf('truck')];
        classes[car] = 'truck';
        classes[truck] = 'car';
      }),
  },
  { name: 'delay of one frame', named: /1 frame late/, results: delayByOne },
];

/** Longest time of a stage on any of the frames, whatever else slowed the machine. */
function slowestMs(frames: readonly PerceptionFrame[], stage: string): number {
  const spans = frames.flatMap(({ timing }) =>
    (timing?.stages ?? [])
      .filter((times) => times.stage === stage)
      .map(({ startNs, endNs }) => Number(endNs - startNs) / 1e6),
  );
  return Math.max(...spans);
}

/** Makes the first number of the camera matrix's data, fx, 1 % larger. */
function longerFocus(yamlText: string): string {
  return yamlText.replace(
    /(camera_matrix:[\s\S]*?data:\s*(?:\[|-)\s*)([\d.e+-]+)/,
    (_, head: string, fx: string) => `${head}${Number(fx) * 1.01}`,
  );
}

async function replay(drive: string, to: string, used: PipelineConfig): Promise<void> {
  const run = { ...used, publish: {}, record: { path: to, images: false } };
  const { error } = await runPipeline({ config: run, source: drive, pacing: 'lockstep' });
  if (error !== undefined) throw error;
}

const failures: string[] = [];
const told: Record<string, Record<string, string[]>> = {};
try {
  for (const drive of drives) {
    const name = basename(drive, '.mcap');
    const out = join(dir, name);
    await mkdir(out);
    const reference = join(out, 'reference.mcap');
    const again = join(out, 'again.mcap');
    await replay(drive, reference, config);
    await replay(drive, again, config);
    const same = (await compareRuns(reference, again, strictRules)).findings;
    told[name] = { nothing: same.map(({ words }) => words) };
    if (same.length > 0) failures.push(`${name}: no change, found ${same[0]!.words}`);
    for (const change of changes) {
      const results = join(out, `${change.name.replaceAll(/\W+/g, '-')}.mcap`);
      if (change.config) await replay(drive, results, await change.config());
      if (change.results) await rewriteResults(again, results, change.results);
      const { findings } = await compareRuns(reference, results, strictRules);
      const words = findings.map((finding) => finding.words);
      told[name][change.name] = words.slice(0, 6);
      const isNamed = words.some((text) => change.named.test(text));
      if (!isNamed) failures.push(`${name}: ${change.name} is not named`);
      console.error(
        `${name}: ${change.name}: ${isNamed ? words.find((text) => change.named.test(text)) : 'NOT NAMED'}`,
      );
      await rm(results, { force: true });
    }
  }
} finally {
  await rm(dir, { recursive: true, force: true });
}
endDrill({ changes: changes.length, drives: drives.length, told }, failures);
