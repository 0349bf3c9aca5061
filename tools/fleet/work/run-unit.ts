import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { tasks } from '../../../src/bundle/manifest.js';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import { runPipeline } from '../../../src/pipeline/pipeline.js';
import type { PipelineConfig } from '../../../src/pipeline/pipeline-schema.js';
import { findTruth, scoreResults } from '../../verdict/truth/score-results.js';
import { type NamedScore, namedScores } from '../../verdict/truth/truth-scores.js';
import { type Unit, unitFiles } from '../plan/unit.js';
import { openStore } from '../store/open-store.js';
import type { StoreOptions } from '../store/store.js';
import { fetchDrive } from './fetch-drive.js';
import { recordBytes, type UnitRecord } from './unit-record.js';
import { writeUnitResults } from './write-unit-results.js';

/** Plain data: it crosses processes. */
export interface UnitRequest {
  unit: Unit;
  run: string;
  config: PipelineConfig;
  /** Where results go: a folder or `s3://…`. */
  out: string;
  store: StoreOptions;
  /** A folder for this unit alone, which the caller removes. */
  dir: string;
}

/** What a unit's process is doing. */
export type UnitPhase = 'fetch' | 'replay' | 'store';

/** A sign of life: bytes of the drive arrived, a frame was done (`frames` so far), or results were written. */
export interface UnitStep {
  phase: UnitPhase;
  frames: number;
}

/**
 * Replays a unit in lock-step and stores its results; `unit.json` comes last and marks the unit as done. Rejects if
 * the drive, the pipeline or the store is at fault; the unit is then not done, even if some of its files exist.
 */
export async function runUnit(
  { unit, run, config, out, store: storeOptions, dir }: UnitRequest,
  onStep: (step: UnitStep) => void,
): Promise<UnitRecord> {
  let frames = 0;
  const step = (phase: UnitPhase) => onStep({ phase, frames });
  const options = (phase: UnitPhase) => ({ ...storeOptions, onBytes: () => step(phase) });
  const startedAt = new Date().toISOString();
  const startMs = performance.now();
  step('fetch');
  const fetched = await fetchDrive(unit, dir, options('fetch'));
  step('replay');
  const fetchedMs = performance.now();
  const recorded = join(dir, 'recorded.mcap');
  const replay = async (): Promise<Readonly<Record<string, number>>> => {
    const { report, error } = await runPipeline({
      config: { ...alone(config), record: { path: recorded, images: false } },
      source: fetched.path,
      ...(unit.topic !== undefined &&
        unit.piece === undefined && { sourceOptions: { topic: unit.topic } }),
      pacing: 'lockstep',
      onFrame: () => {
        frames++;
        step('replay');
      },
    });
    if (error !== undefined) throw error;
    if (report.frames.published > 0) return report.frames.drops;
    throw new PerceptionError('ERR_SOURCE_EMPTY', `${unit.location}: expected frames, found none`);
  };
  // A camera may have recorded nothing for as long as a piece: the piece is done, without results.
  const isGap = fetched.frameIds?.length === 0;
  const drops = isGap ? {} : await replay();
  const paths = {
    recorded: isGap ? undefined : recorded,
    drive: fetched.path,
    results: join(dir, 'results.mcap'),
    times: join(dir, 'times.mcap'),
  };
  step('store');
  const seconds = (sinceMs: number) => ((performance.now() - sinceMs) / 1000).toFixed(3);
  const written = await writeUnitResults(unit, paths, fetched.frameIds, {
    host: hostname(),
    startedAt,
    endedAt: new Date().toISOString(),
    seconds: seconds(startMs),
    fetchSeconds: ((fetchedMs - startMs) / 1000).toFixed(3),
    location: unit.location,
    topic: unit.topic ?? '',
  });
  step('store');
  const { size: sizeBytes } = await stat(paths.results);
  const { piece } = unit;
  const record: UnitRecord = {
    format: 1,
    key: unit.key,
    run,
    name: unit.name,
    drive: unit.drive,
    piece:
      piece === undefined ? null : { number: piece.number, fromNs: piece.fromNs, toNs: piece.toNs },
    identity: unit.identity,
    frames: { published: written.published, dropped: sortedDrops(drops) },
    span: written.span,
    results: { sizeBytes, sha256: await sha256Of(paths.results) },
    truth: written.published === 0 ? null : await truthOf(paths.results),
  };
  const files = unitFiles(unit.key);
  const store = await openStore(out, options('store'));
  try {
    await store.putFile(files.times, paths.times);
    await store.putFile(files.results, paths.results);
    await store.put(files.whole, recordBytes(record));
  } finally {
    await store.close();
  }
  return record;
}

/**
 * Publishes and serves nothing, and runs all networks in one lane: a fleet has more drives than a machine has cores,
 * and one thread per drive wastes none of them. The unit says which topic it is of.
 */
function alone(config: PipelineConfig): PipelineConfig {
  const { listen: _, record: __, laneCount: ___, topic: ____, ...kept } = config;
  const lane = tasks.filter((task) => config.bundles[task] !== undefined);
  const declared = config.lanes === 'auto' ? lane : config.lanes.flat();
  return { ...kept, publish: {}, lanes: [declared] };
}

async function truthOf(resultsPath: string): Promise<UnitRecord['truth']> {
  if ((await findTruth([resultsPath])) === undefined) return null;
  const scored = await scoreResults(resultsPath, resultsPath);
  if (scored === undefined) return null;
  const scores = (Object.entries(namedScores) as [string, NamedScore][]).flatMap(
    ([name, { of }]) => {
      const value = of(scored);
      return value === undefined || !Number.isFinite(value) ? [] : [[name, value] as const];
    },
  );
  return { frames: scored.frames, scores: Object.fromEntries(scores) };
}

const sortedDrops = (drops: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(drops).sort(([a], [b]) => (a < b ? -1 : 1)));

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
