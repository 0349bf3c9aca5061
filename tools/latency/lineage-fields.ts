import { fromBinary } from '@bufbuild/protobuf';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { PerceptionError } from '../../src/frame/perception-error.js';
import {
  type PerceptionFrame,
  PerceptionFrameSchema,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';

const { field } = PerceptionFrameSchema;
const kept = new Set(
  [field.frameId, field.epoch, field.stages, field.drops, field.timing, field.mode].map(
    ({ number }) => number,
  ),
);

/** The part of a result that describes how it was made. */
export type FrameLineage = Pick<
  PerceptionFrame,
  'frameId' | 'epoch' | 'stages' | 'drops' | 'timing' | 'mode'
>;

/**
 * Decodes the lineage of a serialised PerceptionFrame and skips the perception results: class maps are most of a
 * result's bytes and take most of the time to decode. Throws if the bytes are not such a message.
 */
export function decodeLineage(data: Uint8Array, where = 'a recorded result'): FrameLineage {
  try {
    return lineageOf(data);
  } catch (cause) {
    throw new PerceptionError(
      'ERR_RECORDING',
      `${where}: expected a result, found ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
  }
}

function lineageOf(data: Uint8Array): FrameLineage {
  const reader = new BinaryReader(data);
  const parts: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [fieldNumber, wireType] = reader.tag();
    reader.skip(wireType, fieldNumber);
    if (kept.has(fieldNumber)) parts.push(data.subarray(start, reader.pos));
  }
  const { frameId, epoch, stages, drops, timing, mode } = fromBinary(
    PerceptionFrameSchema,
    Buffer.concat(parts),
  );
  // Keeps only these fields, because there may be a hundred thousand messages.
  const lineage = { frameId, epoch, stages, drops, mode };
  return timing === undefined ? lineage : { ...lineage, timing };
}
