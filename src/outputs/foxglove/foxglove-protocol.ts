import { z } from 'zod';

/** Names of the protocol: the one that libraries and older viewers ask for, and that of Foxglove's own software. */
export const foxgloveProtocols: readonly string[] = ['foxglove.websocket.v1', 'foxglove.sdk.v1'];

/** A client may not open more than this at once. */
const maxSubscriptions = 256;
const id = z.int().min(0).max(0xffff_ffff);

/** What a client may ask of this server; other operations of the protocol are answered with a status. */
const requestSchema = z.discriminatedUnion('op', [
  z.object({
    op: z.literal('subscribe'),
    subscriptions: z.array(z.object({ id, channelId: id })).max(maxSubscriptions),
  }),
  z.object({ op: z.literal('unsubscribe'), subscriptionIds: z.array(id).max(maxSubscriptions) }),
  z.object({
    op: z.literal('getParameters'),
    parameterNames: z.array(z.string().max(256)).max(maxSubscriptions),
    id: z.string().max(256).optional(),
  }),
  z.object({
    op: z.literal('setParameters'),
    parameters: z.array(z.object({ name: z.string().max(256) })).max(maxSubscriptions),
    id: z.string().max(256).optional(),
  }),
]);

export type FoxgloveRequest = z.infer<typeof requestSchema>;

/** Reads a text of a client; what is wrong with it, as a sentence, where it is no request that this server knows. */
export function parseRequest(text: string): FoxgloveRequest | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'expected JSON';
  }
  const parsed = requestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const op = (value as { op?: unknown } | null)?.op;
  return `expected subscribe, unsubscribe, getParameters or setParameters as the protocol writes them, found ${String(JSON.stringify(op)).slice(0, 40)}`;
}

/** A channel as it is advertised. */
export interface FoxgloveChannel {
  id: number;
  topic: string;
  schemaName: string;
  /** FileDescriptorSet, base64. */
  schema: string;
}

/** The first text of a connection. A new `sessionId` makes a viewer forget what it knew of the channels. */
export const serverInfoText = (sessionId: string, name: string): string =>
  JSON.stringify({
    op: 'serverInfo',
    name,
    capabilities: ['parameters'],
    supportedEncodings: [],
    metadata: {},
    sessionId,
  });

export const advertiseText = (channels: readonly FoxgloveChannel[]): string =>
  JSON.stringify({
    op: 'advertise',
    channels: channels.map((channel) => ({
      ...channel,
      encoding: 'protobuf',
      schemaEncoding: 'protobuf',
    })),
  });

export interface FoxgloveParameter {
  name: string;
  value: number;
  type: 'float64';
}

export const parametersText = (parameters: readonly FoxgloveParameter[], id?: string): string =>
  JSON.stringify({ op: 'parameterValues', parameters, ...(id !== undefined && { id }) });

/** 1 is a warning. */
export const warningText = (message: string): string =>
  JSON.stringify({ op: 'status', level: 1, message });

/** Operation, subscription id (uint32) and time (uint64, nanoseconds) before each payload, little endian. */
const headBytes = 13;
const messageData = 1;

/** A payload with room for its head, which `addressTo` fills in for each subscription. */
export function messageBytes(stampNs: bigint, payload: Uint8Array): Buffer {
  const message = Buffer.allocUnsafe(headBytes + payload.length);
  message[0] = messageData;
  message.writeBigUInt64LE(stampNs, 5);
  message.set(payload, headBytes);
  return message;
}

/** A copy of the message for this subscription: a buffer that was sent belongs to its socket until it has left. */
export function addressTo(message: Buffer, subscriptionId: number): Buffer {
  const addressed = Buffer.from(message);
  addressed.writeUInt32LE(subscriptionId, 1);
  return addressed;
}
