// Prints what a running windshield sees, one line a frame. Beside `npm start`:
//
//     npx esbuild examples/subscriber.ts --bundle --packages=external --format=esm --outfile=dist/subscriber.js
//     node dist/subscriber.js [tcp://127.0.0.1:5556] [count]
//
// Elsewhere take zeromq and @bufbuild/protobuf from npm, and generate the messages with
// `buf generate` from src/messages/windshield/v1/perception.proto.
import { fromBinary } from '@bufbuild/protobuf';
import { Subscriber } from 'zeromq';
import {
  type PerceptionFrame,
  PerceptionFrameSchema,
} from '../src/messages/gen/windshield/v1/perception_pb.js';

const [endpoint = 'tcp://127.0.0.1:5556', count = 'Infinity'] = process.argv.slice(2);
const socket = new Subscriber();
socket.connect(endpoint);
socket.subscribe('perception');

let received = 0;
let lost = 0n;
let lastSequence = 0n;
for await (const [, payload] of socket) {
  const frame = fromBinary(PerceptionFrameSchema, payload!);
  // Numbers run from 1; what this subscriber was too slow for is missing in between.
  if (lastSequence > 0n) lost += frame.topicSequence - lastSequence - 1n;
  lastSequence = frame.topicSequence;
  console.log(describe(frame));
  if (++received >= Number(count)) break;
}
socket.close();
console.log(`${received} frames received, ${lost} lost on the way`);

/** One line: frame, age of the result, steering, objects, signs. */
function describe({ frameId, timing, steering, detections, signs }: PerceptionFrame): string {
  const ageMs = timing === undefined ? 0 : Number(timing.publishNs - timing.captureNs) / 1e6;
  const degrees = ((steering?.angleRad ?? 0) * 180) / Math.PI;
  return [
    `frame ${frameId}`,
    `${ageMs.toFixed(1)} ms`,
    `steer ${degrees.toFixed(1)} deg`,
    ...detections.map(({ className, score }) => `${className} ${score.toFixed(2)}`),
    ...signs.map(({ classId, className }) => `sign ${classId < 0 ? 'unsure' : className}`),
  ].join('  ');
}
