import { z } from 'zod';

/** Names of the protocol: the one that libraries and older viewers request, and that of Foxglove's own software. */
export const foxgloveProtocols: readonly string[] = ['foxglove.websocket.v1', 'foxglove.sdk.v1'];

/** A client may not open more than this at once. */
const maxSubscriptions = 256;
const id = z.int().min(0).max(0xffff_ffff);

/** Requests that a client may make; other operations of the protocol are answered with a status. */
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

/** Parses a client's text; returns what is wrong with it, as a sentence, if it is not a request that this server knows. */
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

/** The first text of a connection. A new `sessionId` makes a viewer forget the channels it knew. */
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

/** A status of level 1, a warning. */
export const warningText = (message: string): string =>
  JSON.stringify({ op: 'status', level: 1, message });

/** Operation, subscription id (uint32) and time (uint64, nanoseconds) before each payload, little endian. */
const headBytes = 13;
const messageData = 1;

/** Returns a payload behind its head, in which `addressTo` sets each subscription. */
export function messageBytes(stampNs: bigint, payload: Uint8Array): Buffer {
  const message = Buffer.allocUnsafe(headBytes + payload.length);
  message[0] = messageData;
  message.writeBigUInt64LE(stampNs, 5);
  message.set(payload, headBytes);
  return message;
}

/**
 * Returns a copy of the message for this subscription: a buffer that was sent belongs to its socket until it is written.
 */
export function addressTo(message: Buffer, subscriptionId: number): Buffer {
  const addressed = Buffer.from(message);
  addressed.writeUInt32LE(subscriptionId, 1);
  return addressed;
}
