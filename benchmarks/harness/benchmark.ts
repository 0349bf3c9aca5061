/** One way of doing the work of a case; each round of it runs in a process of its own. */
export type Variant = InProcessVariant | PeerVariant;

interface VariantName {
  name: string;
  /** Ratios of a case are to this variant. Several: to the one that is fastest. */
  isReference?: boolean;
}

/** The project's own way. */
export interface InProcessVariant extends VariantName {
  /** Prepares everything, untimed, and returns the operation that is timed. */
  prepare(): Operation | Promise<Operation>;
}

export interface Operation {
  /** Called again and again; a promise is waited for. */
  run(): unknown;
  /** What the operation made, for comparing variants: values in the unit that the case names. */
  result?(): Float32Array;
  /** What the process should say of itself, such as the kernel that ran. */
  note?: string;
  close?(): Promise<void>;
}

/** Another program, which measures itself and prints a Measurement as JSON. */
export interface PeerVariant extends VariantName {
  /** The command, given how many operations to warm up and to time, and where its result goes as raw float32. */
  command(counts: { warmUp: number; samples: number }, resultPath: string): string[];
  /** Why it cannot run here; undefined when it can. */
  whyNot(): string | undefined;
}

export interface BenchmarkCase {
  name: string;
  variants: Variant[];
  /** Largest difference of a value of a result counts in this unit; without it results are not compared. */
  resultUnit?: { name: string; perValue: number };
}

export interface Benchmark {
  name: string;
  /** What one operation is. */
  operation: string;
  warmUp: number;
  samples: number;
  /** Makes the cases; called in every process, so it reads files at most. */
  cases(): BenchmarkCase[] | Promise<BenchmarkCase[]>;
}

/** What one process measured. */
export interface Measurement {
  samplesMs: number[];
  /** Processor time of one operation: not disturbed by other programs' turns. */
  cpuMs: number;
  rssMiB: number;
  /** Growth of resident memory while samples were taken. */
  grownKiB: number;
  note?: string;
}
