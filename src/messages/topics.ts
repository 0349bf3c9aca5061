/** Every topic, in one table; publishers, recorders and docs derive from it. */
export interface Topic {
  /** ZeroMQ topic and MCAP channel name. */
  name: string;
  /** Full name of the message's schema. */
  schema: string;
  /** Messages a second that are expected at 20 frames a second. */
  nominalRateHz: number;
  /** Written into recordings of results. */
  isRecorded: boolean;
  /** Only the newest message matters: a slow reader may lose all but the last. */
  isConflated: boolean;
}

/** One frame's results: the message of the pipeline. */
export const perceptionTopic = {
  name: 'perception',
  schema: 'windshield.v1.PerceptionFrame',
  nominalRateHz: 20,
  isRecorded: true,
  isConflated: false,
} as const satisfies Topic;

/** Totals and health; also comes while no frame does, so that silence can be told from a standstill. */
export const statusTopic = {
  name: 'status',
  schema: 'windshield.v1.PipelineStatus',
  nominalRateHz: 1,
  isRecorded: true,
  isConflated: true,
} as const satisfies Topic;

/** The steering angle of a frame, before its other stages have answered; the frame's result repeats it. */
export const steeringTopic = {
  name: 'steering',
  schema: 'windshield.v1.SteeringUpdate',
  nominalRateHz: 20,
  isRecorded: false,
  isConflated: true,
} as const satisfies Topic;

/** What a person is told while the pipeline runs, such as a camera that was lost. Recorded only. */
export const logTopic = {
  name: 'log',
  schema: 'foxglove.Log',
  nominalRateHz: 0,
  isRecorded: true,
  isConflated: false,
} as const satisfies Topic;

/** What leaves the pipeline over ZeroMQ. */
export const publishedTopics: readonly Topic[] = [perceptionTopic, statusTopic, steeringTopic];
