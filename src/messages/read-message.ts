import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import { PerceptionError } from '../frame/perception-error.js';

/** Reads a recorded message. Throws ERR_RECORDING with the file (`where`) for bytes that are not such a message. */
export function readMessage<Schema extends DescMessage>(
  schema: Schema,
  data: Uint8Array,
  where: string,
): MessageShape<Schema> {
  try {
    return fromBinary(schema, data);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new PerceptionError(
      'ERR_RECORDING',
      `${where}: expected a message ${schema.typeName}, found ${found}`,
      { cause },
    );
  }
}
