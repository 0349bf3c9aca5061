import { fromBinary } from '@bufbuild/protobuf';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { type PerceptionFrame, PerceptionFrameSchema } from './gen/windshield/v1/perception_pb.js';

/** Number of PerceptionFrame's field `segmentation`. */
const segmentationField = 8;

/**
 * Decodes a PerceptionFrame without its `segmentation`, whose thousands of runs take longer than all the rest. The
 * pipeline writes that field last; if it is elsewhere, everything is decoded and the field left out.
 */
export function decodeWithoutSegmentation(payload: Uint8Array): PerceptionFrame {
  const reader = new BinaryReader(payload);
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [field, wireType] = reader.tag();
    reader.skip(wireType, field);
    if (field === segmentationField && reader.pos === reader.len)
      return fromBinary(PerceptionFrameSchema, payload.subarray(0, start));
  }
  const frame = fromBinary(PerceptionFrameSchema, payload);
  delete frame.segmentation;
  return frame;
}
