import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { perceptionTopic, statusTopic } from '../../messages/topics.js';
import type { Output, OutputMessage, RunFacts } from '../output.js';
import { PictureEncoder } from '../pictures/picture-encoder.js';
import { PublishCounts } from '../publish-count.js';
import { joinParts } from './message-parts.js';
import { type Connection, SocketRoom } from './socket-room.js';

/** JPEG quality of what is looked at. */
const jpegQuality = 75;
const maxViewers = 8;
/** What a page says is short. */
const maxMessageBytes = 256;
/** Results that are kept so that the drive can be stepped through at its end, bytes; the oldest go first. */
const keptBytes = 128 * 2 ** 20;

/** A result as it was sent. */
export interface KeptResult {
  stampNs: bigint;
  payload: Uint8Array;
}

/**
 * Sends frames with their results to pages, at the rate at which each asks for the next and newest first. Without a
 * page nothing is copied or encoded; with pages one frame is encoded at a time, off the main thread. A page that does
 * not ask gets nothing, so that it cannot fill the memory.
 *
 * A message is a PerceptionFrame, the PipelineStatus that came last and a JPEG, as joined parts; the status is empty
 * before the first one, the JPEG where the frame could not be encoded. Texts are JSON: what is known of the run, and `{"ended":true}` at its end.
 */
export class LiveOutput implements Output {
  readonly name = 'page';
  readonly topics = [perceptionTopic.name, statusTopic.name];
  readonly needsPixels = true;
  readonly counts = new PublishCounts();
  readonly #sockets = new SocketRoom({
    maxConnections: maxViewers,
    maxMessageBytes,
    onConnection: (viewer) => this.#welcome(viewer),
  });
  /** Pages, and whether each waits for a frame. */
  readonly #viewers = new Map<Connection, { isWaiting: boolean }>();
  readonly #kept: KeptResult[] = [];
  #keptBytes = 0;
  #status: Uint8Array = new Uint8Array();
  readonly #encoder = new PictureEncoder(jpegQuality);
  #greeting = '{}';
  #hasEnded = false;

  constructor(
    /** The page's address. */
    readonly place: string,
  ) {}

  /** Results of the run so far. */
  get kept(): readonly KeptResult[] {
    return this.#kept;
  }

  async begin(facts: RunFacts): Promise<void> {
    const { sourceName, isLive, camera, mount } = facts;
    this.#greeting = JSON.stringify({ sourceName, isLive, camera, mount });
    // Pages may have come while the networks were loading.
    for (const viewer of this.#viewers.keys()) viewer.send(this.#greeting);
  }

  /** Takes a connection whose headers were checked. */
  connect(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#sockets.connect(request, socket, head);
  }

  send({ topic, stampNs, payload, pixels }: OutputMessage): void {
    if (topic === statusTopic.name) {
      this.#status = payload;
      return;
    }
    this.#keep({ stampNs, payload });
    const count = this.counts.of(perceptionTopic.name);
    const isWanted = [...this.#viewers.values()].some(({ isWaiting }) => isWaiting);
    if (!isWanted || this.#encoder.isBusy || pixels === undefined) {
      pixels?.release();
      if (this.#viewers.size > 0) count.dropped++;
      return;
    }
    count.sent++;
    void this.#encoder.encode(pixels).then((jpeg) => this.#sendFrame(payload, jpeg));
  }

  /** Tells pages that the run has ended. They stay connected until `disconnect`. */
  async close(): Promise<void> {
    this.#hasEnded = true;
  }

  /** The drive can be stepped through now. */
  tellEnded(): void {
    for (const viewer of this.#viewers.keys()) viewer.send('{"ended":true}');
  }

  async disconnect(): Promise<void> {
    this.#sockets.close();
    await this.#encoder.close();
  }

  #welcome(viewer: Connection): void {
    const state = { isWaiting: false };
    this.#viewers.set(viewer, state);
    viewer.on('message', () => {
      state.isWaiting = true;
    });
    viewer.on('close', () => this.#viewers.delete(viewer));
    viewer.send(this.#greeting);
    if (this.#hasEnded) viewer.send('{"ended":true}');
  }

  #keep(result: KeptResult): void {
    this.#kept.push(result);
    this.#keptBytes += result.payload.length;
    while (this.#keptBytes > keptBytes) this.#keptBytes -= this.#kept.shift()!.payload.length;
  }

  #sendFrame(payload: Uint8Array, jpeg: Uint8Array): void {
    const message = joinParts([payload, this.#status, jpeg]);
    for (const [viewer, state] of this.#viewers) {
      if (!state.isWaiting) continue;
      state.isWaiting = false;
      viewer.send(message);
    }
  }
}
