import type { z } from 'zod';
import type { ExpectedOutput } from './detection-shapes.js';
import type { InputSpec } from './input-spec.js';

/** One way to decode a network's outputs, known by its `kind`. */
export type DecodingSchema = z.ZodObject<{ kind: z.ZodLiteral<string> }>;

/** What is known of a network where its decoding is checked. */
export interface CheckedNetwork {
  readonly input: InputSpec;
  /** The input's first dimension: a number, or the name of one that varies. */
  readonly batch: number | string;
  readonly outputs: readonly { name: string; shape: readonly (number | string)[] }[];
}

/** What a network of one task answers. How it runs on the rig is said by its row in src/stages/stage-table.ts. */
export interface TaskRow<Schema extends DecodingSchema = DecodingSchema> {
  /** The schemas of `decode` in a manifest, one per kind. */
  readonly decodings: readonly Schema[];
  /** Outputs that a decoding reads, with their shapes; undefined where any size will do. */
  outputs(decode: z.infer<Schema>, network: CheckedNetwork): ExpectedOutput[];
  /** Throws ERR_BUNDLE where parts of the decoding contradict each other. `where` names the bundle. */
  check?(decode: z.infer<Schema>, where: string): void;
}

/** A few numbers by name, such as `{ rain: 0.93 }`; names carry units where there are any. */
export type PlainAnswer = Readonly<Record<string, number>>;

/**
 * A task whose network sees the whole frame and answers a few numbers. It needs no row in the stage table: the rig
 * runs it, publishes the numbers in `PerceptionFrame.answers` and shows them.
 */
export interface PlainTaskRow<Schema extends DecodingSchema = DecodingSchema>
  extends TaskRow<Schema> {
  /** Outputs by name, as the network left them: read only during the call. */
  answer(outputs: Readonly<Record<string, Float32Array>>, decode: z.infer<Schema>): PlainAnswer;
}

export function declareTask<Schema extends DecodingSchema>(row: TaskRow<Schema>): TaskRow<Schema> {
  return row;
}

export function declarePlainTask<Schema extends DecodingSchema>(
  row: PlainTaskRow<Schema>,
): PlainTaskRow<Schema> {
  return row;
}
