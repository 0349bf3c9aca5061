import { toBinary } from '@bufbuild/protobuf';
import { nowNs } from '../frame/clock.js';
import { Log_Level, LogSchema } from '../messages/gen/foxglove/log_pb.js';
import { logTopic } from '../messages/topics.js';
import type { OutputSet } from '../outputs/output-set.js';
import { logMessage } from '../viewer/foxglove-messages.js';
import type { PipelineOptions } from './pipeline-options.js';

/** Returns the options with notes that also go to the outputs that take the log. */
export function withRecordedNotes(
  options: PipelineOptions,
  outputs: OutputSet,
  wallOffsetNs: bigint,
): PipelineOptions {
  return {
    ...options,
    note(text) {
      options.note?.(text);
      const stampNs = nowNs() + wallOffsetNs;
      const payload = toBinary(LogSchema, logMessage(Log_Level.INFO, text, stampNs));
      outputs.send({ topic: logTopic.name, stampNs, payload });
    },
  };
}
