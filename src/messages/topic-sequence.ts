/**
 * Field 100 of every published message, `uint64 topic_sequence`, as a varint: (100 << 3 | 0) = 800 = 0xa0 0x06.
 */
const tag = [0xa0, 0x06] as const;
const maxVarintBytes = 10;

/**
 * Returns the message with its place in the topic's stream, counted from 1, appended as field 100.
 *
 * Protobuf lets fields come in any order, so a message is serialised once and each output appends its own number; a
 * reader that takes two parts, topic and payload, need not know of it. The array is new and owned by the caller;
 * `payload` is not changed.
 */
export function withTopicSequence(payload: Uint8Array, sequence: bigint): Uint8Array {
  const message = new Uint8Array(payload.length + tag.length + maxVarintBytes);
  message.set(payload);
  message.set(tag, payload.length);
  let length = payload.length + tag.length;
  let rest = sequence;
  while (rest > 0x7fn) {
    message[length++] = Number(rest & 0x7fn) | 0x80;
    rest >>= 7n;
  }
  message[length++] = Number(rest);
  return message.subarray(0, length);
}
