import { PerceptionError } from '../../../src/frame/perception-error.js';
import { checkLimits, type Limit } from '../../limits/limit.js';
import type { JudgedFinding, Rules } from '../../verdict/rules.js';
import { inParallel } from '../plan/in-parallel.js';
import { chooseRun, type KnownRun, listRuns } from '../plan/run-manifest.js';
import { unitFiles } from '../plan/unit.js';
import type { Store } from '../store/store.js';
import { isDriveFault } from '../work/drive-fault.js';
import { playedPictures } from '../work/played-pictures.js';
import {
  parseRecord,
  type UnitFailure,
  type UnitRecord,
  unitFailureSchema,
  unitRecordSchema,
} from '../work/unit-record.js';
import { commonFindings } from './common-findings.js';
import { areIdentical, compareUnit, type UnitPair } from './compare-unit.js';
import { FleetScores } from './fleet-scores.js';
import type { DriveVerdict, FleetVerdict } from './fleet-verdict.js';
import { severityOf } from './severity.js';

export interface MergeOptions {
  results: Store;
  /** Key of the run, or its beginning; defaults to the only one. */
  run?: string | undefined;
  reference?: { store: Store; run?: string | undefined } | undefined;
  rules: Rules;
  limits?: readonly Limit[];
  onProgress?: (merged: number, units: number) => void;
}

/** Number of units that are read and compared in parallel: each holds two runs of a drive in memory. */
const atOnce = 8;

/**
 * Merges the results of a run's units: what failed, what is missing, the scores and, with a reference, the
 * differences, worst first. Rejects with ERR_CONFIG if it is not clear which run is meant.
 */
export async function mergeFleet(options: MergeOptions): Promise<FleetVerdict> {
  const { results, reference, rules } = options;
  const run = await chooseRun(results, options.run);
  const before = reference && {
    ...(await chooseRun(reference.store, reference.run)),
    store: reference.store,
  };
  const names = [...run.units.keys()].sort();
  const merging = new Merging(run, results, before, rules);
  let merged = 0;
  await inParallel(names, atOnce, async (name) => {
    await merging.add(name);
    options.onProgress?.(++merged, names.length);
  });
  return merging.verdict(options.limits ?? [], await strangersIn(results, run));
}

type Reference = KnownRun & { store: Store };

/** Collects findings of a fleet; of a unit without differences only its scores are kept. */
class Merging {
  readonly #run: KnownRun;
  readonly #results: Store;
  readonly #reference: Reference | undefined;
  readonly #rules: Rules;
  readonly #scores = new FleetScores();
  readonly #drives: DriveVerdict[] = [];
  readonly #failures: FleetVerdict['failures'] = [];
  readonly #missing: string[] = [];
  readonly #compared = new Set<string>();
  readonly #counts = { done: 0, compared: 0, identical: 0, withoutReference: 0 };
  #frames = 0;

  constructor(run: KnownRun, results: Store, reference: Reference | undefined, rules: Rules) {
    this.#run = run;
    this.#results = results;
    this.#reference = reference;
    this.#rules = rules;
  }

  async add(name: string): Promise<void> {
    const key = this.#run.units.get(name)!;
    const record = await this.#recordOf(key, name);
    const before = await this.#before(name);
    if (record === undefined) {
      const failure = parseRecord(
        unitFailureSchema,
        await this.#results.read(unitFiles(key).failed),
      );
      if (failure === undefined) this.#missing.push(name);
      else this.#failures.push(failureOf(failure, before));
      return;
    }
    const pair = this.#reference &&
      before?.record && {
        candidate: { store: this.#results, record },
        reference: { store: this.#reference.store, record: before.record },
      };
    const isSame = pair !== undefined && areIdentical(pair);
    const findings = pair === undefined || isSame ? [] : await this.#findingsOf(pair);
    if ('reason' in findings) {
      this.#failures.push({ name, kind: 'input', reason: findings.reason, failedBefore: false });
      return;
    }
    this.#counts.done++;
    this.#frames += record.frames.published;
    this.#scores.add(record, before?.record);
    if (this.#reference === undefined) return;
    if (pair === undefined) this.#counts.withoutReference++;
    else {
      this.#counts.compared++;
      this.#compared.add(record.drive);
    }
    if (isSame) this.#counts.identical++;
    if (findings.length === 0) return;
    const { location } = await playedPictures(this.#results, record.key);
    const severity = severityOf(findings);
    const { results } = unitFiles(record.key);
    const { drive } = record;
    this.#drives.push({ name, drive, severity, location, results, findings });
  }

  /** The differences; or the reason why existing results of either side cannot be read. */
  async #findingsOf(pair: UnitPair): Promise<JudgedFinding[] | { reason: string }> {
    try {
      return await compareUnit(pair, this.#rules);
    } catch (error) {
      if (isDriveFault(error)) return { reason: `${error.message} (${error.code})` };
      throw error;
    }
  }

  verdict(limits: readonly Limit[], setApart: string[]): FleetVerdict {
    const { done, ...compared } = this.#counts;
    const scores = this.#scores.scores();
    const measured = new Map([
      ['failed', this.#failures.length],
      ['missing', this.#missing.length],
      ...scores.map(({ name, mean }) => [name, mean] as const),
    ]);
    const checks = checkLimits(limits, measured);
    const units = this.#run.units;
    const onlyReference = [...(this.#reference?.units.keys() ?? [])].filter(
      (name) => !units.has(name),
    );
    const drives = this.#drives.sort(
      (a, b) => b.severity - a.severity || (a.name < b.name ? -1 : 1),
    );
    // In the order of the drives, not of reading.
    const common = commonFindings(drives);
    const failures = this.#failures.sort((a, b) => (a.name < b.name ? -1 : 1));
    return {
      passed:
        drives.every(({ findings }) => findings.every(({ isAllowed }) => isAllowed)) &&
        failures.every(({ failedBefore }) => failedBefore) &&
        this.#missing.length === 0 &&
        checks.every(({ isMet }) => isMet),
      candidate: { place: this.#results.place, run: this.#run.run },
      reference: this.#reference
        ? { place: this.#reference.store.place, run: this.#reference.run }
        : null,
      units: {
        asked: units.size,
        done,
        failed: failures.length,
        missing: this.#missing.length,
        ...compared,
        onlyReference: onlyReference.length,
      },
      comparedDrives: this.#compared.size,
      frames: this.#frames,
      scores,
      limits: checks,
      common,
      drives,
      failures,
      missing: this.#missing.sort(),
      setApart,
    };
  }

  async #recordOf(key: string, name: string): Promise<UnitRecord | undefined> {
    const record = parseRecord(unitRecordSchema, await this.#results.read(unitFiles(key).whole));
    if (record === undefined || (record.run === this.#run.run && record.name === name))
      return record;
    throw new PerceptionError(
      'ERR_RECORDING',
      `${this.#results.place}/${unitFiles(key).whole}: expected ${name} of run ${this.#run.run}, found ${record.name} of run ${record.run}`,
    );
  }

  /** The reference's record of the unit with this name. */
  async #before(name: string): Promise<{ record?: UnitRecord; hasFailed: boolean } | undefined> {
    const key = this.#reference?.units.get(name);
    if (this.#reference === undefined || key === undefined) return undefined;
    const { store } = this.#reference;
    const record = parseRecord(unitRecordSchema, await store.read(unitFiles(key).whole));
    if (record !== undefined) return { record, hasFailed: false };
    return { hasFailed: (await store.read(unitFiles(key).failed)) !== undefined };
  }
}

const failureOf = (
  { name, kind, reason }: UnitFailure,
  before: { hasFailed: boolean } | undefined,
) => ({ name, kind, reason, failedBefore: before?.hasFailed === true });

/** Results of other runs, for example of another build, in the same place. */
async function strangersIn(results: Store, { run }: KnownRun): Promise<string[]> {
  const unreadable: string[] = [];
  const runs = await listRuns(results, (key) => unreadable.push(`${key}: no list of units`));
  const others = [...runs.values()].filter((other) => other.run !== run);
  const described = others.map(
    ({ run: other, facts, units }) =>
      `run ${other} (${facts.build}, code ${facts.code.slice(0, 8)}): ${units.size} units`,
  );
  return [...described, ...unreadable];
}
