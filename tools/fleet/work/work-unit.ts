import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PipelineConfig } from '../../../src/pipeline/pipeline-schema.js';
import { type Unit, unitFiles } from '../plan/unit.js';
import type { Store, StoreOptions } from '../store/store.js';
import { type ChildLimits, tryUnit } from './unit-child.js';
import {
  parseRecord,
  recordBytes,
  type UnitFailure,
  type UnitRecord,
  unitFailureSchema,
  unitRecordSchema,
} from './unit-record.js';

/** What all units of a run share. */
export interface Workplace {
  run: string;
  config: PipelineConfig;
  results: Store;
  store: StoreOptions;
  limits: ChildLimits;
  /** How often a unit is tried that crashes, hangs or exceeds its memory. */
  tries: number;
  /** Whether units that were set aside before are retried. */
  retriesFailed: boolean;
}

/** How a unit ended. */
export type UnitOutcome =
  | { kind: 'done'; record: UnitRecord; isNew: boolean }
  | { kind: 'failed'; failure: UnitFailure; isNew: boolean }
  | { kind: 'fatal'; code: string; reason: string }
  | { kind: 'stopped' };

/**
 * Processes a unit in a child process, unless it is done. After `tries` failed attempts the unit is set aside with
 * the reason. Rejects only if the store fails.
 */
export async function workUnit(
  unit: Unit,
  place: Workplace,
  { signal, onFrame }: { signal?: AbortSignal; onFrame?: (frames: number) => void } = {},
): Promise<UnitOutcome> {
  const files = unitFiles(unit.key);
  const { results } = place;
  const done = parseRecord(unitRecordSchema, await results.read(files.whole));
  if (done !== undefined) return { kind: 'done', record: done, isNew: false };
  const failed = parseRecord(unitFailureSchema, await results.read(files.failed));
  if (failed !== undefined && !place.retriesFailed)
    return { kind: 'failed', failure: failed, isNew: false };
  for (let tries = 1; ; tries++) {
    if (signal?.aborted) return { kind: 'stopped' };
    const end = await tryOnce(unit, place, {
      ...(signal && { signal }),
      ...(onFrame && { onFrame }),
    });
    if (end.kind === 'done') return { kind: 'done', record: end.record, isNew: true };
    if (end.kind === 'fatal' || end.kind === 'stopped') return end;
    // An unreadable drive stays unreadable, so it is not retried.
    if (end.kind !== 'input' && tries < place.tries) continue;
    const { name, drive, key } = unit;
    const { kind, reason } = end;
    const failure = { format: 1 as const, key, run: place.run, name, drive, kind, reason, tries };
    await results.put(files.failed, recordBytes(failure));
    return { kind: 'failed', failure, isNew: true };
  }
}

async function tryOnce(
  unit: Unit,
  { run, config, results, store, limits }: Workplace,
  watch: { signal?: AbortSignal; onFrame?: (frames: number) => void },
) {
  // Made and removed here, because a killed child removes nothing.
  const dir = await mkdtemp(join(tmpdir(), 'windshield-unit-'));
  try {
    return await tryUnit({ unit, run, config, out: results.place, store, dir }, limits, watch);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
