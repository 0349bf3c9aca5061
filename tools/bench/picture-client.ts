import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import type { Duplex } from 'node:stream';

// Fetches the page's pictures from the address in its first argument, at most as fast as a browser draws, and draws none.

/** A browser draws 60 times a second. */
const leastMsBetween = 1000 / 60;
const [, , address = ''] = process.argv;
const { host, hostname, port, origin } = new URL(address);
const opcodes = { text: 0x1, binary: 0x2, ping: 0x9, pong: 0xa } as const;

const asked = request({
  hostname,
  port,
  path: '/live',
  headers: {
    host,
    origin,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': randomBytes(16).toString('base64'),
  },
});
asked.on('upgrade', (_response, socket, head) => {
  socket.on('close', () => process.exit());
  let bytes: Buffer = head;
  send(socket, opcodes.text, 'next');
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    for (let frame = firstFrame(bytes); frame !== undefined; frame = firstFrame(bytes)) {
      bytes = bytes.subarray(frame.totalBytes);
      if (frame.opcode === opcodes.ping) send(socket, opcodes.pong, '');
      if (frame.opcode === opcodes.binary)
        setTimeout(() => send(socket, opcodes.text, 'next'), leastMsBetween);
    }
  });
});
asked.on('response', () => process.exit(1));
asked.on('error', () => process.exit(1));
asked.end();

/** RFC 6455, section 5.2: what a client sends is masked. */
function send(socket: Duplex, opcode: number, text: string): void {
  const mask = randomBytes(4);
  const payload = Buffer.from(text).map((byte, i) => byte ^ mask[i % 4]!);
  socket.write(Buffer.concat([Buffer.of(0x80 | opcode, 0x80 | payload.length), mask, payload]));
}

/** The frame that `bytes` begin with; undefined while it is incomplete. */
function firstFrame(bytes: Buffer): { opcode: number; totalBytes: number } | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes[1]! & 0x7f;
  const headBytes = short === 127 ? 10 : short === 126 ? 4 : 2;
  if (bytes.length < headBytes) return undefined;
  const length =
    short === 127
      ? Number(bytes.readBigUInt64BE(2))
      : short === 126
        ? bytes.readUInt16BE(2)
        : short;
  const totalBytes = headBytes + length;
  return bytes.length < totalBytes ? undefined : { opcode: bytes[0]! & 0xf, totalBytes };
}
