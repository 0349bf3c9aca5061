import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { PerceptionFrameSchema } from './gen/windshield/v1/perception_pb.js';

/**
 * Returns a serialised PerceptionFrame without `timing`, `topic_sequence` and `epoch`: the rest must be equal, byte for
 * byte, when the same recording is replayed in lock-step on the same build and CPU.
 */
export function withoutTiming(payload: Uint8Array): Uint8Array {
  const frame = fromBinary(PerceptionFrameSchema, payload);
  delete frame.timing;
  frame.topicSequence = 0n;
  frame.epoch = 0;
  return toBinary(PerceptionFrameSchema, frame);
}
