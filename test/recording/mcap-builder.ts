import { McapWriter, type McapWriterOptions } from '@mcap/core';

/** A channel to write, with the log times of its messages. */
export interface BuiltChannel {
  topic: string;
  schemaName?: string;
  schemaEncoding?: string;
  messageEncoding?: string;
  messages: readonly { stampNs: bigint; data: Uint8Array }[];
}

export interface BuiltRecording {
  channels: readonly BuiltChannel[];
  metadata?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  profile?: string;
  library?: string;
}

/** The bytes of a recording as `@mcap/core` writes it; messages in order of their stamps. */
export async function buildMcap(
  { channels, metadata = {}, profile = '', library = 'somebody else' }: BuiltRecording,
  options: Omit<McapWriterOptions, 'writable'> = {},
): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let position = 0n;
  const write = async (bytes: Uint8Array) => {
    parts.push(bytes.slice());
    position += BigInt(bytes.length);
  };
  const writer = new McapWriter({ writable: { write, position: () => position }, ...options });
  await writer.start({ profile, library });
  const queue: { channelId: number; sequence: number; stampNs: bigint; data: Uint8Array }[] = [];
  for (const channel of channels) {
    const { topic, schemaName = 'x.Y', schemaEncoding = 'protobuf', messages } = channel;
    const { messageEncoding = 'protobuf' } = channel;
    const schema = { name: schemaName, encoding: schemaEncoding, data: new Uint8Array([1]) };
    const schemaId = await writer.registerSchema(schema);
    const registered = { topic, schemaId, messageEncoding, metadata: new Map() };
    const channelId = await writer.registerChannel(registered);
    for (const [sequence, message] of messages.entries())
      queue.push({ channelId, sequence, ...message });
  }
  queue.sort((a, b) => Number(a.stampNs - b.stampNs));
  for (const { stampNs, ...message } of queue)
    await writer.addMessage({ ...message, logTime: stampNs, publishTime: stampNs });
  for (const [name, entries] of Object.entries(metadata))
    await writer.addMetadata({ name, metadata: new Map(Object.entries(entries)) });
  await writer.end();
  return Buffer.concat(parts);
}
