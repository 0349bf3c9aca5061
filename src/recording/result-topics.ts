import { PerceptionError } from '../frame/perception-error.js';
import { perceptionTopic } from '../messages/topics.js';
import { camerasIn } from './recorded-cameras.js';
import type { RecordingReader } from './recording-reader.js';
import { withoutResults } from './without-results.js';

/**
 * The topics with results of one camera. Throws ERR_RECORDING if there are none, and if they are of several cameras:
 * their frames and tracks have numbers of their own and cannot be told apart in one sequence.
 */
export function resultTopics(reader: RecordingReader): string[] {
  const found = reader.channels.filter(({ schemaName }) => schemaName === perceptionTopic.schema);
  if (found.length === 0) throw withoutResults(reader);
  const topics = [...new Set(found.map(({ topic }) => topic))];
  const cameras = camerasIn(topics, reader.metadata.keys());
  if (cameras.length <= 1) return topics;
  throw new PerceptionError(
    'ERR_RECORDING',
    `${reader.path}: expected results of one camera, found those of ${cameras.join(', ')}: name one, such as ${reader.path}#${cameras[0]}`,
  );
}
