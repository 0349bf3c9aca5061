import type { DescMessage } from '@bufbuild/protobuf';
import { SteeringUpdateSchema } from '../../messages/gen/windshield/v1/perception_pb.js';
import { channelSchemas, fileDescriptorSet } from '../../recording/channels.js';
import type { FoxgloveChannel } from './foxglove-protocol.js';

const { ground_truth: _, sync: __, ...sentSchemas } = channelSchemas;
/** What a viewer can subscribe to, by topic: what recordings hold, and the steering angle as it leaves. */
const liveSchemas = { ...sentSchemas, steering: SteeringUpdateSchema };

export type FoxgloveTopic = keyof typeof liveSchemas;

/** Every channel, with its schema whole. */
export function foxgloveChannels(): ReadonlyMap<FoxgloveTopic, FoxgloveChannel> {
  const entries = Object.entries(liveSchemas) as [FoxgloveTopic, DescMessage][];
  return new Map(
    entries.map(([topic, schema], index) => [
      topic,
      {
        id: index + 1,
        topic,
        schemaName: schema.typeName,
        schema: Buffer.from(fileDescriptorSet(schema)).toString('base64'),
      },
    ]),
  );
}
