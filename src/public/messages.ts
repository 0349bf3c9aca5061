/**
 * Messages that the pipeline publishes and records: protobuf of windshield.v1, and the table of topics.
 *
 * @packageDocumentation
 */

export * from '../messages/gen/windshield/v1/perception_pb.js';
export { publishedTopics, type Topic } from '../messages/topics.js';
export { withoutTiming } from '../messages/without-timing.js';
