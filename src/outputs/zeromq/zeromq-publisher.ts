import { curveKeyPair, Publisher as PublisherSocket } from 'zeromq';
import { PerceptionError } from '../../frame/perception-error.js';
import { withTopicSequence } from '../../messages/topic-sequence.js';
import { publishedTopics, topicOf } from '../../messages/topics.js';
import type { Output, OutputMessage } from '../output.js';
import { PublishCounts } from '../publish-count.js';
import { checkIpcPlace } from './check-ipc-place.js';
import { checkCurveKeys } from './curve-keys.js';
import { type CurveKeys, checkEndpoint, isIpv6Endpoint } from './endpoint.js';

/** How long unsent messages may hold up the exit, milliseconds (ZMQ_LINGER). */
const lingerMs = 250;

export interface ZeromqOptions {
  /** Such as tcp://127.0.0.1:5556; port `*` picks a free one. */
  endpoint: string;
  /** Messages kept for each subscriber that reads too slowly (ZMQ_SNDHWM); later ones are lost to it alone. */
  highWaterMark: number;
  /** Server keys of CurveZMQ; needed for every endpoint beyond loopback. */
  curve?: CurveKeys;
}

/**
 * Publishes on a ZeroMQ PUB socket. A message has two parts, topic and payload, with the topic's sequence number appended
 * to the payload as protobuf field 100. A subscriber that reads too slowly loses messages and sees the gap in the
 * sequence; neither the pipeline nor other subscribers notice.
 */
export class ZeromqPublisher implements Output {
  readonly name = 'zeromq';
  readonly topics = publishedTopics.map(({ name }) => name);
  readonly needsPixels = false;
  readonly counts = new PublishCounts();
  readonly #socket: PublisherSocket;

  private constructor(
    socket: PublisherSocket,
    /** Where subscribers connect, as bound: a wildcard port is resolved. */
    readonly place: string,
  ) {
    this.#socket = socket;
  }

  /** Binds. Throws ERR_PORT_IN_USE, ERR_CONFIG (endpoint beyond loopback without keys) or ERR_PUBLISH. */
  static async bind(options: ZeromqOptions): Promise<ZeromqPublisher> {
    checkEndpoint(options.endpoint, options.curve);
    if (options.curve !== undefined) checkCurveKeys(options.curve, 'CURVE keys');
    await checkIpcPlace(options.endpoint);
    const socket = new PublisherSocket({
      sendHighWaterMark: options.highWaterMark,
      // A send that cannot be queued at once is refused instead of waited for.
      sendTimeout: 0,
      linger: lingerMs,
      ipv6: isIpv6Endpoint(options.endpoint),
      ...(options.curve === undefined
        ? {}
        : {
            curveServer: true,
            curvePublicKey: options.curve.publicKey,
            curveSecretKey: options.curve.secretKey,
          }),
    });
    try {
      await socket.bind(options.endpoint);
    } catch (cause) {
      socket.close();
      throw bindError(options.endpoint, cause);
    }
    return new ZeromqPublisher(socket, socket.lastEndpoint ?? options.endpoint);
  }

  send({
    topic: name,
    camera,
    payload,
  }: Pick<OutputMessage, 'topic' | 'camera' | 'payload'>): void {
    const topic = topicOf(name, camera);
    const count = this.counts.of(topic);
    if (this.#socket.closed) {
      count.dropped++;
      return;
    }
    const message = withTopicSequence(payload, BigInt(count.sent + count.dropped + 1));
    count.sent++;
    this.#socket.send([topic, message]).catch(() => {
      count.sent--;
      count.dropped++;
    });
  }

  async close(): Promise<void> {
    if (!this.#socket.closed) this.#socket.close();
  }
}

/** Makes a new pair of CurveZMQ keys. */
export const newCurveKeys = (): CurveKeys => curveKeyPair();

function bindError(endpoint: string, cause: unknown): PerceptionError {
  const { code, message } = cause as { code?: string; message?: string };
  return code === 'EADDRINUSE'
    ? new PerceptionError(
        'ERR_PORT_IN_USE',
        `expected to bind ${endpoint}, found it in use by another process; choose another with --endpoint`,
        { cause },
      )
    : new PerceptionError('ERR_PUBLISH', `cannot bind ${endpoint}: ${message ?? code}`, { cause });
}
