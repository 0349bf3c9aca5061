import { constants, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { JpegEncoder } from '../../codec/jpeg-encoder.js';
import { CompressedImageSchema } from '../../messages/gen/foxglove/compressed_image_pb.js';
import { PerceptionFrameSchema } from '../../messages/gen/windshield/v1/perception_pb.js';
import { ownThreadId } from '../../supervise/thread-times.js';
import { maskOf } from '../../viewer/foxglove-messages.js';
import type { PictureAnswer, PictureRequest } from './picture-messages.js';

yieldToOthers();

const port = parentPort!;
let encoder: JpegEncoder | undefined;

port.on('message', (request: PictureRequest) => {
  let answer: PictureAnswer;
  try {
    answer = request.type === 'jpeg' ? jpegOf(request) : maskMessage(request);
  } catch {
    answer = new Uint8Array();
  }
  port.postMessage(answer, [answer.buffer]);
});

/** All frames of a run have one layout. */
function jpegOf(request: Extract<PictureRequest, { type: 'jpeg' }>): PictureAnswer {
  encoder ??= new JpegEncoder(request.layout, request.quality);
  return Uint8Array.from(encoder.encode(request.pixels));
}

function maskMessage({ payload, stampNs }: Extract<PictureRequest, { type: 'mask' }>) {
  const mask = maskOf(fromBinary(PerceptionFrameSchema, payload), stampNs);
  return mask === undefined
    ? new Uint8Array()
    : Uint8Array.from(toBinary(CompressedImageSchema, mask));
}

/** Viewers must not slow down the run: on Linux, where each thread has its own priority, a busy lane goes first. */
function yieldToOthers(): void {
  const threadId = ownThreadId();
  try {
    if (threadId !== 0) setPriority(threadId, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Without permission, the priority stays as it is.
  }
}
