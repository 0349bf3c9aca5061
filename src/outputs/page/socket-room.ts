import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

/** How often a connection is pinged, milliseconds. One that does not answer is cut. */
const heartbeatMs = 20_000;
/** A client that sends more messages per second floods the server. */
const maxMessagesPerS = 500;

/** The part of a WebSocket that a connection needs. */
export type Connection = Pick<WebSocket, 'send' | 'on' | 'bufferedAmount' | 'close' | 'terminate'>;

export interface SocketRoomOptions {
  maxConnections: number;
  /** A longer message ends its connection (code 1009). */
  maxMessageBytes: number;
  /** The first of these that the client requests is used; when left out, none is negotiated. */
  protocols?: readonly string[];
  /** Ends a connection that sends more messages than people and their tools do. */
  isFloodEnded?: boolean;
  onConnection(connection: Connection): void;
}

/** The WebSockets of one kind; limits their number and message size, and cuts those whose client is gone. */
export class SocketRoom {
  readonly #options: SocketRoomOptions;
  readonly #server: WebSocketServer;
  readonly #present = new WeakMap<WebSocket, boolean>();
  readonly #heartbeat: NodeJS.Timeout;

  constructor(options: SocketRoomOptions) {
    this.#options = options;
    const { protocols, maxMessageBytes: maxPayload } = options;
    this.#server = new WebSocketServer({
      noServer: true,
      maxPayload,
      perMessageDeflate: false,
      ...(protocols !== undefined && {
        handleProtocols: (asked: Set<string>) =>
          [...asked].find((name) => protocols.includes(name)) ?? false,
      }),
    });
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs);
    this.#heartbeat.unref();
  }

  /** Takes a connection whose headers were checked. */
  connect(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { maxConnections, isFloodEnded = false, onConnection } = this.#options;
    if (this.#server.clients.size >= maxConnections) {
      socket.end('HTTP/1.1 503 Too many connections\r\n\r\n');
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (connection) => {
      this.#present.set(connection, true);
      connection.on('pong', () => this.#present.set(connection, true));
      connection.on('error', () => connection.terminate());
      if (isFloodEnded) endFlood(connection);
      onConnection(connection);
    });
  }

  /** Cuts every connection. */
  close(): void {
    clearInterval(this.#heartbeat);
    for (const connection of this.#server.clients) connection.terminate();
    this.#server.close();
  }

  #beat(): void {
    for (const connection of this.#server.clients) {
      if (this.#present.get(connection) === false) connection.terminate();
      else {
        this.#present.set(connection, false);
        connection.ping();
      }
    }
  }
}

function endFlood(connection: WebSocket): void {
  let sinceMs = performance.now();
  let count = 0;
  connection.on('message', () => {
    const nowMs = performance.now();
    if (nowMs - sinceMs > 1000) {
      sinceMs = nowMs;
      count = 0;
    }
    if (++count > maxMessagesPerS) connection.close(1008, 'too many messages');
  });
}
