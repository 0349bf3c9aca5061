import type { DescMessage } from '@bufbuild/protobuf';
import { SteeringUpdateSchema } from '../../messages/gen/windshield/v1/perception_pb.js';
import { channelSchemas, fileDescriptorSet } from '../../recording/channels.js';
import type { FoxgloveChannel } from './foxglove-protocol.js';

const { ground_truth: _, sync: __, 'camera/video': ___, ...sentSchemas } = channelSchemas;
/** Schemas that a viewer can subscribe to, by topic: those of recordings, and the steering angle as it is sent. */
const liveSchemas = { ...sentSchemas, steering: SteeringUpdateSchema };

export type FoxgloveTopic = keyof typeof liveSchemas;

/** Returns every channel with its complete schema. */
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
