/** One way to do the work of a case; each of its rounds runs in a fresh process. */
export type Variant = InProcessVariant | PeerVariant;

interface VariantName {
  name: string;
  /** Ratios of a case are relative to this variant; if there are several, to the fastest. */
  isReference?: boolean;
}

/** The project's own implementation. */
export interface InProcessVariant extends VariantName {
  /** Prepares everything, untimed, and returns the operation to time. */
  prepare(): Operation | Promise<Operation>;
}

export interface Operation {
  /** Called repeatedly; a promise is awaited. */
  run(): unknown;
  /** The operation's result, for comparing variants: values in the unit that the case names. */
  result?(): Float32Array;
  /** A remark about the process, such as the kernel that ran. */
  note?: string;
  close?(): Promise<void>;
}

/** Another program, which measures itself and prints a Measurement as JSON. */
export interface PeerVariant extends VariantName {
  /** The command, given the numbers of operations to warm up and to time, and the path for its result as raw float32. */
  command(counts: { warmUp: number; samples: number }, resultPath: string): string[];
  /** Why it cannot run here; undefined if it can. */
  whyNot(): string | undefined;
}

export interface BenchmarkCase {
  name: string;
  variants: Variant[];
  /** Unit for differences between results; without it results are not compared. */
  resultUnit?: { name: string; perValue: number };
}

export interface Benchmark {
  name: string;
  /** Description of one operation. */
  operation: string;
  warmUp: number;
  samples: number;
  /** Makes the cases. Called in every process, so it should do no more than read files. */
  cases(): BenchmarkCase[] | Promise<BenchmarkCase[]>;
}

/** Measurement of one process. */
export interface Measurement {
  samplesMs: number[];
  /** CPU time of one operation, which other programs do not disturb. */
  cpuMs: number;
  rssMiB: number;
  /** Growth of resident memory during sampling. */
  grownKiB: number;
  note?: string;
}
