import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { median } from '../../src/frame/median.js';
import type { BenchmarkCase, Measurement } from './benchmark.js';
import type { Machine } from './machine.js';
import { type SampleSpread, sampleSpread } from './statistics.js';

/** Measurements of each variant in one round. */
export type Round = Map<string, Measurement>;

/** Medians over the rounds. */
export interface VariantSummary extends SampleSpread {
  name: string;
  isReference: boolean;
  cpuMs: number;
  rssMiB: number;
  grownKiB: number;
  /** Median over the rounds of this variant's p50, and of its CPU time, divided by the reference's in the same round. */
  ratio: number | undefined;
  cpuRatio: number | undefined;
  /** Difference of its result from the reference's, in the case's unit. */
  difference: { mean: number; max: number } | undefined;
  note: string | undefined;
  /** The raw medians of each round. */
  p50MsByRound: number[];
}

export interface CaseSummary {
  name: string;
  reference: string | undefined;
  resultUnit: string | undefined;
  variants: VariantSummary[];
  skipped: { name: string; why: string }[];
}

export interface BenchmarkReport {
  benchmark: string;
  operation: string;
  machine: Machine;
  rounds: number;
  warmUp: number;
  samples: number;
  cases: CaseSummary[];
}

/** Summarises the rounds of a case. Results are in `resultDir`, named by the variant's index in the case. */
export function summarise(
  each: BenchmarkCase,
  whyNot: ReadonlyMap<string, string>,
  rounds: readonly Round[],
  resultDir: string,
): CaseSummary {
  const ran = each.variants.filter(({ name }) => !whyNot.has(name));
  const spreads = new Map(
    ran.map(({ name }) => [
      name,
      rounds.map((round) => sampleSpread(Float64Array.from(round.get(name)!.samplesMs))),
    ]),
  );
  const p50s = (name: string) => spreads.get(name)!.map(({ p50Ms }) => p50Ms);
  const cpus = (name: string) => rounds.map((round) => round.get(name)!.cpuMs);
  const [reference] = ran
    .filter(({ isReference }) => isReference)
    .sort((a, b) => median(p50s(a.name)) - median(p50s(b.name)));
  const resultOf = (name: string) => {
    const path = join(resultDir, `${each.variants.findIndex((v) => v.name === name)}.f32`);
    return existsSync(path) ? floatsOf(path) : undefined;
  };
  const expected = reference === undefined ? undefined : resultOf(reference.name);

  const variants = ran.map(({ name, isReference = false }): VariantSummary => {
    const over = (mine: number[], theirs: (name: string) => number[]) =>
      reference === undefined
        ? undefined
        : median(mine.map((value, round) => value / theirs(reference.name)[round]!));
    const found = resultOf(name);
    const across = (key: keyof SampleSpread) =>
      median(spreads.get(name)!.map((spread) => spread[key]));
    return {
      name,
      isReference,
      p50Ms: across('p50Ms'),
      p95Ms: across('p95Ms'),
      p99Ms: across('p99Ms'),
      maxMs: across('maxMs'),
      cpuMs: median(cpus(name)),
      rssMiB: median(rounds.map((round) => round.get(name)!.rssMiB)),
      grownKiB: median(rounds.map((round) => round.get(name)!.grownKiB)),
      ratio: over(p50s(name), p50s),
      cpuRatio: over(cpus(name), cpus),
      difference:
        expected === undefined || found === undefined || each.resultUnit === undefined
          ? undefined
          : differenceOf(found, expected, each.resultUnit.perValue),
      note: rounds.at(-1)?.get(name)?.note,
      p50MsByRound: p50s(name),
    };
  });
  return {
    name: each.name,
    reference: reference?.name,
    resultUnit: each.resultUnit?.name,
    variants,
    skipped: [...whyNot].map(([name, why]) => ({ name, why })),
  };
}

function floatsOf(path: string): Float32Array {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

function differenceOf(found: Float32Array, expected: Float32Array, unit: number) {
  if (found.length !== expected.length) {
    throw new Error(`expected a result of ${expected.length} values, found ${found.length}`);
  }
  let sum = 0;
  let max = 0;
  for (let i = 0; i < found.length; i++) {
    const difference = Math.abs(found[i]! - expected[i]!) * unit;
    sum += difference;
    if (difference > max) max = difference;
  }
  return { mean: sum / found.length, max };
}
