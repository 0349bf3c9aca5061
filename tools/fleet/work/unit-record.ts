import { z } from 'zod';

const count = z.int().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** `unit.json`: facts about a completed unit. The same unit gives the same bytes on any worker at any time. */
export const unitRecordSchema = z.strictObject({
  format: z.literal(1),
  key: z.string(),
  /** Identifies the run: build, networks, calibration and settings. */
  run: z.string(),
  name: z.string(),
  drive: z.string(),
  /** Nanoseconds since the Unix epoch, as text; null for a complete drive. */
  piece: z.strictObject({ number: count, fromNs: z.string(), toNs: z.string() }).nullable(),
  identity: z.strictObject({ sizeBytes: count, edgesSha256: sha256 }),
  frames: z.strictObject({
    published: count,
    /** By reason. For a piece, its run-up is included. */
    dropped: z.record(z.string(), count),
  }),
  /** Stamps of the first and last result, as text; null without results. */
  span: z.strictObject({ fromNs: z.string(), toNs: z.string() }).nullable(),
  results: z.strictObject({ sizeBytes: count, sha256 }),
  /** Scores against the ground truth that the drive carries, named as in rules files; null without truth. */
  truth: z.strictObject({ frames: count, scores: z.record(z.string(), z.number()) }).nullable(),
});

export type UnitRecord = z.infer<typeof unitRecordSchema>;

/** Why a unit has no results. */
export const unitFailureSchema = z.strictObject({
  format: z.literal(1),
  key: z.string(),
  run: z.string(),
  name: z.string(),
  drive: z.string(),
  /** `input`: the drive cannot be read; the others describe how the process ended. */
  kind: z.enum(['input', 'crash', 'hang', 'memory']),
  /** One line. */
  reason: z.string(),
  tries: z.int().min(1),
});

export type UnitFailure = z.infer<typeof unitFailureSchema>;

/** Undefined if the bytes are not such a record, but another program's file. */
export function parseRecord<T>(schema: z.ZodType<T>, bytes: Uint8Array | undefined): T | undefined {
  if (bytes === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return undefined;
  }
}

export const recordBytes = (record: UnitRecord | UnitFailure): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify(record, undefined, 2)}\n`);
