import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { curveKeyPair, Subscriber } from 'zeromq';
import { PerceptionFrameSchema } from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { withTopicSequence } from '../../../src/messages/topic-sequence.js';
import { withoutTiming } from '../../../src/messages/without-timing.js';
import { readCurveKeyFile } from '../../../src/outputs/zeromq/curve-key-file.js';
import { checkEndpoint } from '../../../src/outputs/zeromq/endpoint.js';
import { ZeromqPublisher } from '../../../src/outputs/zeromq/zeromq-publisher.js';

const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.close();
});
function kept<T extends { close(): unknown }>(socket: T): T {
  open.push(socket);
  return socket;
}
let calls = 0;
const anyPort = 'tcp://127.0.0.1:*';
const frameBytes = (frameId: number) =>
  toBinary(PerceptionFrameSchema, create(PerceptionFrameSchema, { frameId: BigInt(frameId) }));

async function connect(publisher: ZeromqPublisher, options = {}): Promise<Subscriber> {
  const subscriber = kept(new Subscriber({ receiveTimeout: 30_000, ...options }));
  subscriber.connect(publisher.place);
  subscriber.subscribe('perception', 'ready');
  // A subscription takes a moment to reach the publisher.
  for await (const _ of untilCalled(publisher, subscriber));
  return subscriber;
}

/** What the subscriber gets before the publisher's call, which is repeated until it comes through. */
async function* untilCalled(publisher: ZeromqPublisher, subscriber: Subscriber) {
  const { receiveTimeout } = subscriber;
  // The publisher puts its number behind a payload.
  const call = `call ${++calls}.`;
  subscriber.receiveTimeout = 20;
  for (;;) {
    publisher.send({ topic: 'ready', payload: Buffer.from(call) });
    const parts = await subscriber.receive().catch(() => undefined);
    if (parts === undefined) continue;
    if (String(parts[0]) === 'ready' && String(parts[1]).startsWith(call)) break;
    yield parts;
  }
  subscriber.receiveTimeout = receiveTimeout;
}

async function nextFrame(subscriber: Subscriber) {
  for (;;) {
    const parts = await subscriber.receive();
    if (String(parts[0]) !== 'perception') continue;
    expect(parts).toHaveLength(2);
    return fromBinary(PerceptionFrameSchema, parts[1]!);
  }
}

test('a message arrives as topic and payload, numbered within its topic', async () => {
  const publisher = kept(await ZeromqPublisher.bind({ endpoint: anyPort, highWaterMark: 100 }));
  const subscriber = await connect(publisher);
  for (const id of [7, 8, 300]) publisher.send({ topic: 'perception', payload: frameBytes(id) });
  const frames = [];
  for (let i = 0; i < 3; i++) frames.push(await nextFrame(subscriber));
  expect(frames.map(({ frameId }) => frameId)).toEqual([7n, 8n, 300n]);
  expect(frames.map(({ topicSequence }) => topicSequence)).toEqual([1n, 2n, 3n]);
  expect(publisher.counts.get('perception')).toEqual({ sent: 3, dropped: 0 });
});

test('a subscriber that does not read loses messages and can see it; publishing goes on', async () => {
  const publisher = kept(await ZeromqPublisher.bind({ endpoint: anyPort, highWaterMark: 2 }));
  const subscriber = await connect(publisher, { receiveHighWaterMark: 2 });
  const large = largeFrame();
  // Nobody reads before all are sent: a publisher that waited for its subscriber would wait for ever.
  for (let i = 0; i < 200; i++) publisher.send({ topic: 'perception', payload: large });
  expect(publisher.counts.get('perception')?.sent).toBe(200);
  const sequences: bigint[] = [];
  for await (const [topic, payload] of untilCalled(publisher, subscriber)) {
    if (String(topic) !== 'perception') continue;
    sequences.push(fromBinary(PerceptionFrameSchema, payload!).topicSequence);
  }
  expect(sequences.length).toBeGreaterThan(0);
  expect(sequences.length).toBeLessThan(200);
});

/** A PerceptionFrame of a million runs, about two megabytes. */
function largeFrame(): Uint8Array {
  const runLengths = Array.from({ length: 1_000_000 }, () => 300);
  return toBinary(
    PerceptionFrameSchema,
    create(PerceptionFrameSchema, { segmentation: { runLengths } }),
  );
}

test('a port in use is named, with the way out', async () => {
  const first = kept(await ZeromqPublisher.bind({ endpoint: anyPort, highWaterMark: 1 }));
  await expect(
    ZeromqPublisher.bind({ endpoint: first.place, highWaterMark: 1 }),
  ).rejects.toMatchObject({
    code: 'ERR_PORT_IN_USE',
    message: expect.stringContaining(first.place),
  });
});

test('closing twice is fine, and what is published afterwards counts as dropped', async () => {
  const publisher = await ZeromqPublisher.bind({ endpoint: anyPort, highWaterMark: 1 });
  await publisher.close();
  await publisher.close();
  publisher.send({ topic: 'perception', payload: frameBytes(1) });
  expect(publisher.counts.get('perception')).toEqual({ sent: 0, dropped: 1 });
});

describe('beyond loopback', () => {
  const keys = { publicKey: 'p', secretKey: 's' };
  test.each(['tcp://0.0.0.0:5556', 'tcp://*:5556', 'tcp://192.168.0.4:5556', 'tcp://[::]:5556'])(
    '%s needs keys',
    (endpoint) => {
      expect(() => checkEndpoint(endpoint, undefined)).toThrow(/publish.zeromq.curve/);
      expect(() => checkEndpoint(endpoint, keys)).not.toThrow();
    },
  );
  test.each([
    'tcp://127.0.0.1:5556',
    'tcp://127.8.0.1:*',
    'tcp://localhost:1',
    'tcp://[::1]:5556',
    'ipc:///tmp/windshield',
  ])('%s needs none', (endpoint) => {
    expect(() => checkEndpoint(endpoint, undefined)).not.toThrow();
  });
  test.each(['5556', 'udp://127.0.0.1:1', 'tcp://127.0.0.1', 'tcp://127.0.0.1.evil.org:80'])(
    '%s is refused',
    (endpoint) => {
      expect(() => checkEndpoint(endpoint, undefined)).toThrow(
        expect.objectContaining({ code: 'ERR_CONFIG' }),
      );
    },
  );

  test('only a subscriber that has the key of the key file hears anything', async () => {
    const server = curveKeyPair();
    const dir = await mkdtemp(join(tmpdir(), 'windshield-curve-'));
    const keyFile = join(dir, 'server.keys');
    await writeFile(keyFile, `# rig\npublic ${server.publicKey}\nsecret ${server.secretKey}\n`, {
      mode: 0o600,
    });
    const curve = readCurveKeyFile(keyFile);
    const publisher = kept(
      await ZeromqPublisher.bind({ endpoint: 'tcp://0.0.0.0:*', highWaterMark: 10, curve }),
    );
    const address = publisher.place.replace('0.0.0.0', '127.0.0.1');
    const client = curveKeyPair();
    const friend = kept(
      new Subscriber({
        curveServerKey: server.publicKey,
        curvePublicKey: client.publicKey,
        curveSecretKey: client.secretKey,
        receiveTimeout: 50,
      }),
    );
    const stranger = kept(new Subscriber({ receiveTimeout: 50 }));
    for (const subscriber of [friend, stranger]) {
      subscriber.connect(address);
      subscriber.subscribe('perception');
    }
    let heard: Uint8Array | undefined;
    for (let tries = 0; tries < 60 && heard === undefined; tries++) {
      publisher.send({ topic: 'perception', payload: frameBytes(5) });
      heard = (await friend.receive().catch(() => undefined))?.[1];
    }
    expect(fromBinary(PerceptionFrameSchema, heard!).frameId).toBe(5n);
    await expect(stranger.receive()).rejects.toThrow();
  });
});

test('any sequence number appended to any frame is read back, and is no part of the result', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 2n ** 64n - 1n), fc.nat(), (sequence, frameId) => {
      const payload = frameBytes(frameId);
      const sent = withTopicSequence(payload, sequence);
      expect(fromBinary(PerceptionFrameSchema, sent)).toMatchObject({
        frameId: BigInt(frameId),
        topicSequence: sequence,
      });
      expect(withoutTiming(sent)).toEqual(payload);
    }),
  );
});
