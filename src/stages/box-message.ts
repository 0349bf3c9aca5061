import type { MessageInitShape } from '@bufbuild/protobuf';
import type { BoxSchema } from '../messages/gen/windshield/v1/perception_pb.js';

/** A box on the wire: left, top, right, bottom in pixels of the captured frame. */
export function boxMessage([xMin, yMin, xMax, yMax]: readonly [
  number,
  number,
  number,
  number,
]): MessageInitShape<typeof BoxSchema> {
  return { xMin, yMin, xMax, yMax };
}
