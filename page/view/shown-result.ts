import { toBinary } from '@bufbuild/protobuf';
import {
  type PerceptionFrame,
  PerceptionFrameSchema,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';

declare global {
  interface Window {
    /** For tests and the console: the result on the left picture, as a serialised PerceptionFrame. */
    windshieldShown?: () => number[] | undefined;
  }
}

export function tellShown(result: PerceptionFrame | undefined): void {
  window.windshieldShown = () => result && [...toBinary(PerceptionFrameSchema, result)];
}
