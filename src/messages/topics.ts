/** A topic. Everything that publishes derives from the topics in this file. */
export interface Topic {
  /** ZeroMQ topic and MCAP channel name. */
  name: string;
  /** Full name of the message's schema. */
  schema: string;
}

/** One frame's results: the message of the pipeline. */
export const perceptionTopic = {
  name: 'perception',
  schema: 'windshield.v1.PerceptionFrame',
} as const satisfies Topic;

/** Totals and health; published even while no frames come, so that silence can be told from a standstill. */
export const statusTopic = {
  name: 'status',
  schema: 'windshield.v1.PipelineStatus',
} as const satisfies Topic;

/** The steering angle of a frame, before its other stages have answered; the frame's result repeats it. */
export const steeringTopic = {
  name: 'steering',
  schema: 'windshield.v1.SteeringUpdate',
} as const satisfies Topic;

/** Notes for people while the pipeline runs, such as a lost camera. Recorded and shown in Foxglove, not sent over ZeroMQ. */
export const logTopic = {
  name: 'log',
  schema: 'foxglove.Log',
} as const satisfies Topic;

/** Results of several cameras that belong together; published and recorded as `sync/<group>`. */
export const syncTopic = {
  name: 'sync',
  schema: 'windshield.v1.SyncSet',
} as const satisfies Topic;

/** Topics published over ZeroMQ. */
export const publishedTopics: readonly Topic[] = [
  perceptionTopic,
  statusTopic,
  steeringTopic,
  syncTopic,
];

/** The topic of a camera, or of a sync group, if there are several: `/front/perception`, `sync/surround`. */
export function topicOf(topic: string, camera: string | undefined): string {
  if (camera === undefined) return topic;
  return topic === syncTopic.name ? `${topic}/${camera}` : `/${camera}/${topic}`;
}
