import type { z } from 'zod';
import type { ExpectedOutput } from './detection-shapes.js';
import type { InputSpec } from './input-spec.js';

/** One way to decode a network's outputs, named by its `kind`. */
export type DecodingSchema = z.ZodObject<{ kind: z.ZodLiteral<string> }>;

/** What the check of a decoding needs to know about its network. */
export interface CheckedNetwork {
  readonly input: InputSpec;
  /** The input's first dimension: a number, or the name of one that varies. */
  readonly batch: number | string;
  readonly outputs: readonly { name: string; shape: readonly (number | string)[] }[];
}

/** What a network of one task answers. How it runs on the rig is in its row of src/stages/stage-table.ts. */
export interface TaskRow<Schema extends DecodingSchema = DecodingSchema> {
  /** The schemas of `decode` in a manifest, one per kind. */
  readonly decodings: readonly Schema[];
  /** Outputs that a decoding reads, with their shapes; undefined for a dimension of any size. */
  outputs(decode: z.infer<Schema>, network: CheckedNetwork): ExpectedOutput[];
  /** Throws ERR_BUNDLE if parts of the decoding contradict each other. `where` names the bundle. */
  check?(decode: z.infer<Schema>, where: string): void;
}

/** A few numbers by name, such as `{ rain: 0.93 }`; names carry units, if any. */
export type PlainAnswer = Readonly<Record<string, number>>;

/**
 * A task whose network sees the whole frame and answers a few numbers. It needs no row in the stage table: the rig
 * runs it, publishes the numbers in `PerceptionFrame.answers` and shows them.
 */
export interface PlainTaskRow<Schema extends DecodingSchema = DecodingSchema>
  extends TaskRow<Schema> {
  /** `outputs` are the network's own buffers by name: read them only during the call. */
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
