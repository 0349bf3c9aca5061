import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { perceptionTopic, statusTopic } from '../../messages/topics.js';
import type { Output, OutputMessage, RunFacts } from '../output.js';
import type { PictureOutput, PictureTaker } from '../pictures/picture-output.js';
import { PublishCounts } from '../publish-count.js';
import { joinParts } from './message-parts.js';
import { type Connection, SocketRoom } from './socket-room.js';

const maxViewers = 8;
/** Messages of a page are short. */
const maxMessageBytes = 256;
/** A page that requests frames without reading them gets no more than this, bytes. */
const maxWaitingBytes = 2 ** 20;
/** Bytes of results that are kept, so that the drive can be stepped through at its end; the oldest go first. */
const keptBytes = 128 * 2 ** 20;

/** A result as it was sent. */
export interface KeptResult {
  stampNs: bigint;
  payload: Uint8Array;
}

/**
 * Sends frames with their results to pages, the newest whenever a page requests one. A page that does not request gets
 * nothing, so that it cannot fill the memory. Pictures come from the picture output.
 *
 * A message is a PerceptionFrame, the latest PipelineStatus and a JPEG, as joined parts; the status is empty before the
 * first one, the JPEG if the frame could not be encoded. Texts are JSON: facts about the run, and `{"ended":true}` at its
 * end.
 */
export class LiveOutput implements Output, PictureTaker {
  readonly name = 'page';
  readonly topics = [perceptionTopic.name, statusTopic.name];
  readonly needsPixels = false;
  readonly counts = new PublishCounts();
  readonly #sockets = new SocketRoom({
    maxConnections: maxViewers,
    maxMessageBytes,
    isFloodEnded: true,
    onConnection: (viewer) => this.#welcome(viewer),
  });
  /** Pages, and whether each waits for a frame. */
  readonly #viewers = new Map<Connection, { isWaiting: boolean }>();
  readonly #kept: KeptResult[] = [];
  #keptBytes = 0;
  #status: Uint8Array = new Uint8Array();
  #greeting = '{}';
  #facts: RunFacts | undefined;
  #hasEnded = false;

  constructor(
    /** The page's address. */
    readonly place: string,
    pictures: PictureOutput,
  ) {
    pictures.add(this);
  }

  /** Results of the run so far. */
  get kept(): readonly KeptResult[] {
    return this.#kept;
  }

  /** Facts about the run; undefined before it begins. */
  get facts(): RunFacts | undefined {
    return this.#facts;
  }

  async begin(facts: RunFacts): Promise<void> {
    this.#facts = facts;
    const { sourceName, isLive, camera, mount, manifests } = facts;
    const mapInput = manifests.get('segmentation')?.input.spec;
    this.#greeting = JSON.stringify({ sourceName, isLive, camera, mount, mapInput });
    // Pages may have connected while the networks were loading.
    for (const viewer of this.#viewers.keys()) viewer.send(this.#greeting);
  }

  /** Takes a connection whose headers were checked. */
  connect(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#sockets.connect(request, socket, head);
  }

  send({ topic, stampNs, payload }: OutputMessage): void {
    if (topic === statusTopic.name) this.#status = payload;
    else {
      this.#keep({ stampNs, payload });
      if (this.#viewers.size > 0 && !this.wantsPicture()) this.missPicture();
    }
  }

  wantsPicture(): boolean {
    for (const [viewer, state] of this.#viewers) if (takesFrame(viewer, state)) return true;
    return false;
  }

  /** Pages have not drawn the previous frame: this one is lost to them. */
  missPicture(): void {
    this.counts.of(perceptionTopic.name).dropped++;
  }

  takePicture({ payload }: Pick<OutputMessage, 'payload'>, jpeg: Uint8Array): void {
    this.counts.of(perceptionTopic.name).sent++;
    const message = joinParts([payload, this.#status, jpeg]);
    for (const [viewer, state] of this.#viewers) {
      if (!takesFrame(viewer, state)) continue;
      state.isWaiting = false;
      viewer.send(message);
    }
  }

  /**
   * Ends the output: pages that connect from now on hear that the run has ended. They stay connected until `disconnect`.
   */
  async close(): Promise<void> {
    this.#hasEnded = true;
  }

  /** Tells pages that the drive can be stepped through now. */
  tellEnded(): void {
    for (const viewer of this.#viewers.keys()) viewer.send('{"ended":true}');
  }

  async disconnect(): Promise<void> {
    this.#sockets.close();
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
}

/** True if the viewer has requested the next frame and read the earlier ones. */
const takesFrame = ({ bufferedAmount }: Connection, { isWaiting }: { isWaiting: boolean }) =>
  isWaiting && bufferedAmount < maxWaitingBytes;
