import { createHash } from 'node:crypto';
import { PerceptionError } from '../../src/frame/perception-error.js';
import type { PipelineConfig } from '../../src/pipeline/pipeline-schema.js';
import { FleetAccount, type FleetSummary } from './fleet-account.js';
import { type FleetProgress, ProgressMeter } from './fleet-progress.js';
import { type DrivesFile, withTopic } from './plan/drives-file.js';
import { makePlan, type UnreadableDrive } from './plan/make-plan.js';
import { describeRun, type Run } from './plan/run-key.js';
import { putManifest } from './plan/run-manifest.js';
import { type Shard, unitsOfShard } from './plan/shard.js';
import { unitFiles } from './plan/unit.js';
import type { WorkItem } from './plan/work-item.js';
import type { TakenUnit, UnitQueue } from './queue/unit-queue.js';
import type { Store, StoreOptions } from './store/store.js';
import type { ChildLimits } from './work/unit-child.js';
import {
  parseRecord,
  recordBytes,
  type UnitFailure,
  unitRecordSchema,
} from './work/unit-record.js';
import { type UnitOutcome, type Workplace, workUnit } from './work/work-unit.js';

export interface FleetOptions {
  drives: DrivesFile;
  config: PipelineConfig;
  /** Which of the pipeline file's several cameras `config` is. */
  camera?: string | undefined;
  results: Store;
  store: StoreOptions;
  /** Units processed in parallel. */
  workers: number;
  tries: number;
  retriesFailed: boolean;
  limits: ChildLimits;
  shard?: Shard | undefined;
  /** Opens the queue of a run, which then supplies the units instead of a list. */
  openQueue?: ((run: string) => Promise<UnitQueue>) | undefined;
  signal?: AbortSignal;
  onProgress?: (progress: FleetProgress) => void;
}

export interface FleetWork {
  run: Run;
  items: WorkItem[];
}

/** Determines the work and records it next to the results. Rejects before any unit starts. */
export async function planFleet({
  drives,
  config,
  camera,
  results,
  store,
}: FleetOptions): Promise<FleetWork> {
  const run = await describeRun(config);
  // The topic is part of the units' keys.
  const file = withTopic(drives, config.topic);
  const { units, unreadable } = await makePlan(file, run.key, results, { ...store, camera });
  const unopened = unreadable.map((drive) => ({ ...drive, key: keyOfUnreadable(drive, run.key) }));
  const items = [...units, ...unopened];
  await putManifest(results, run, items);
  return { run, items };
}

/**
 * Runs every unit of a fleet, or of a shard of it, in child processes, and accounts for each. Units that already have
 * results are skipped. Rejects if the pipeline or the store is at fault; completed units keep their results.
 */
export async function runFleet(options: FleetOptions): Promise<FleetSummary> {
  const { run, items } = await planFleet(options);
  const { shard, signal, workers } = options;
  const mine = shard === undefined ? items : unitsOfShard(items, shard);
  const account = new FleetAccount();
  const place = workplaceOf(options, run.key);
  const progress = new ProgressMeter(mine.length, account, options.onProgress);
  let fatal: PerceptionError | undefined;
  const halt = new AbortController();
  const stop = () => halt.abort();
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  const queue = await options.openQueue?.(run.key);
  let taken = 0;
  let next = 0;
  const take = async (): Promise<TakenUnit | undefined> => {
    if (queue !== undefined) return queue.take(halt.signal);
    const item = mine[next++];
    return item && { item, taken: 1, ...kept };
  };
  const worker = async () => {
    while (!halt.signal.aborted) {
      const unit = await take();
      if (unit === undefined) return;
      const { item } = unit;
      taken++;
      progress.began(item.name, unit.left);
      const beating = setInterval(unit.alive, (queue?.leaseMs ?? 60_000) / 3);
      try {
        const outcome = await workTaken(unit, place, halt.signal, (frames) =>
          progress.frame(item.name, frames),
        );
        account.add(outcome);
        if (outcome.kind === 'fatal') fatal ??= fatalError(item, outcome);
        if (outcome.kind === 'failed') await queue?.deadLetter(item, outcome.failure.reason);
        if (outcome.kind === 'done' || outcome.kind === 'failed') await unit.finish();
        else await unit.release();
      } catch (error) {
        fatal ??= error as PerceptionError;
      } finally {
        clearInterval(beating);
      }
      if (fatal !== undefined) halt.abort();
      progress.ended(item.name);
    }
  };
  try {
    await queue?.fill(items, (listed) => openItems(listed, options));
    await Promise.all(Array.from({ length: Math.min(workers, mine.length) }, worker));
  } catch (error) {
    fatal ??= error as PerceptionError;
    halt.abort();
  } finally {
    signal?.removeEventListener('abort', stop);
    await queue?.close();
  }
  if (fatal !== undefined) throw fatal;
  const units = queue === undefined ? mine.length : taken;
  return account.summary(run.key, shard ?? null, units, halt.signal.aborted);
}

/** Units of a list are not shared, so nothing needs to be reported. */
const kept = { alive: () => {}, finish: async () => {}, release: async () => {} };

/** Items without results and, unless failed ones are retried, without a recorded reason. */
async function openItems(
  items: readonly WorkItem[],
  { results, retriesFailed }: FleetOptions,
): Promise<WorkItem[]> {
  const ended = new Set<string>();
  for (const prefix of retriesFailed ? ['units/'] : ['units/', 'failed/'])
    for await (const { key } of results.list(prefix)) ended.add(key);
  return items.filter(({ key }) => {
    const { whole, failed } = unitFiles(key);
    return !ended.has(whole) && !ended.has(failed);
  });
}

/** As workItem, but sets aside a unit that several workers took and died over: it kills more than a process. */
async function workTaken(
  { item, taken }: TakenUnit,
  place: Workplace,
  signal: AbortSignal,
  onFrame: (frames: number) => void,
): Promise<UnitOutcome> {
  const { name, key } = item;
  if (taken <= mostTaken) return workItem(item, place, signal, onFrame);
  // The last of them may have completed it before it stopped responding.
  const record = parseRecord(unitRecordSchema, await place.results.read(unitFiles(key).whole));
  if (record !== undefined) return { kind: 'done', record, isNew: false };
  const drive = 'drive' in item ? item.drive : name;
  const reason = `was taken by ${taken - 1} workers that fell silent over it`;
  const about = { format: 1 as const, key, run: place.run, name, drive };
  const failure: UnitFailure = { ...about, kind: 'crash', reason, tries: taken - 1 };
  await place.results.put(unitFiles(key).failed, recordBytes(failure));
  return { kind: 'failed', failure, isNew: true };
}

/** Allows for workers that die for other reasons: a machine is reclaimed, a network breaks. */
const mostTaken = 5;

export const workplaceOf = (
  { config, results, store, limits, tries, retriesFailed }: FleetOptions,
  run: string,
): Workplace => ({ run, config, results, store, limits, tries, retriesFailed });

/** Processes a unit, or records why a drive cannot be opened. Rejects only if the store fails. */
export async function workItem(
  item: WorkItem,
  place: Workplace,
  signal: AbortSignal,
  onFrame: (frames: number) => void,
): Promise<UnitOutcome> {
  if (!('code' in item)) return workUnit(item, place, { signal, onFrame });
  const { name, key, message, code } = item;
  const reason = `${message} (${code})`;
  const about = { format: 1 as const, key, run: place.run, name, drive: name };
  const failure: UnitFailure = { ...about, kind: 'input', reason, tries: 1 };
  await place.results.put(unitFiles(key).failed, recordBytes(failure));
  return { kind: 'failed', failure, isNew: true };
}

export const fatalError = (
  { name }: { name: string },
  { code, reason }: { code: string; reason: string },
) => new PerceptionError(code as PerceptionError['code'], `${name}: ${reason}`);

const keyOfUnreadable = ({ name, location }: UnreadableDrive, run: string): string =>
  createHash('sha256')
    .update(JSON.stringify([name, location, run]))
    .digest('hex')
    .slice(0, 32);
