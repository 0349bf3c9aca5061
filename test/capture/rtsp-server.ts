import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

/**
 * A camera on the network: RTSP over TCP on loopback, whose pictures an ffmpeg encodes. Asks for a name and a password
 * where they are given. `stall` stops the pictures and keeps the connection; `drop` ends every connection.
 */
export class RtspServer {
  readonly port: number;
  connections = 0;
  readonly #server: Server;
  readonly #udp: readonly UdpSocket[];
  readonly #encoder: ChildProcess;
  readonly #playing = new Set<Socket>();
  readonly #sockets = new Set<Socket>();
  readonly #sdp: string;
  readonly #authorization: string | undefined;
  #isStalled = false;

  private constructor(parts: {
    server: Server;
    udp: UdpSocket[];
    encoder: ChildProcess;
    sdp: string;
    login: string | undefined;
  }) {
    this.#server = parts.server;
    this.#udp = parts.udp;
    this.#encoder = parts.encoder;
    this.#sdp = parts.sdp;
    this.#authorization = parts.login && `Basic ${Buffer.from(parts.login).toString('base64')}`;
    this.port = (parts.server.address() as { port: number }).port;
    parts.server.on('connection', (socket) => this.#serve(socket));
    parts.udp.forEach((udp, channel) => {
      udp.on('message', (packet) => this.#forward(packet, channel));
    });
  }

  static async start({ size = '64x48', rateHz = 25, login = '' } = {}): Promise<RtspServer> {
    const udp = await pairOfPorts();
    const { port } = udp[0]!.address();
    const picture = `testsrc2=s=${size}:r=${rateHz},realtime`;
    const encode = ['-nostdin', '-loglevel', 'error', '-f', 'lavfi', '-i', picture];
    encode.push('-c:v', 'mpeg4', '-g', '5', '-q:v', '3', '-f', 'rtp', '-sdp_file', 'pipe:1');
    const encoder = spawn('ffmpeg', [...encode, `rtp://127.0.0.1:${port}`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let sdp = '';
    while (!sdp.includes('a=fmtp')) sdp += (await once(encoder.stdout!, 'data'))[0];
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const own = sdp.replace(/^SDP:\s*/, '').replace(/m=video \d+/, 'm=video 0');
    return new RtspServer({ server, udp, encoder, sdp: own, login: login || undefined });
  }

  stall(isStalled: boolean): void {
    this.#isStalled = isStalled;
  }

  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.drop();
    this.#server.close();
    for (const socket of this.#udp) socket.close();
    this.#encoder.kill('SIGKILL');
    await once(this.#encoder, 'close');
  }

  #forward(packet: Buffer, channel: number): void {
    if (this.#isStalled) return;
    const head = Buffer.from([0x24, channel, packet.length >> 8, packet.length & 255]);
    for (const socket of this.#playing) socket.write(Buffer.concat([head, packet]));
  }

  #serve(socket: Socket): void {
    this.connections++;
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#playing.delete(socket);
    });
    let text = '';
    socket.on('data', (data) => {
      text += data.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        this.#answer(socket, text.slice(0, end));
        text = text.slice(end + 4);
      }
    });
  }

  #answer(socket: Socket, request: string): void {
    const at = request.search(/(OPTIONS|DESCRIBE|SETUP|PLAY|TEARDOWN|GET_PARAMETER) rtsp/);
    if (at < 0) return;
    const method = request.slice(at).split(' ')[0]!;
    const number = /CSeq: (\d+)/i.exec(request)?.[1];
    const reply = (status: string, head: readonly string[] = [], body = ''): void => {
      const length = body === '' ? [] : [`Content-Length: ${body.length}`];
      const lines = [`RTSP/1.0 ${status}`, `CSeq: ${number}`, ...head, ...length];
      socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
    };
    const given = /Authorization: (.*)/i.exec(request)?.[1]?.trim();
    if (
      method !== 'OPTIONS' &&
      this.#authorization !== undefined &&
      given !== this.#authorization
    ) {
      reply('401 Unauthorized', ['WWW-Authenticate: Basic realm="camera"']);
      return;
    }
    const session = 'Session: 1';
    if (method === 'OPTIONS') reply('200 OK', ['Public: DESCRIBE, SETUP, PLAY, TEARDOWN']);
    else if (method === 'DESCRIBE') reply('200 OK', ['Content-Type: application/sdp'], this.#sdp);
    else if (method === 'SETUP')
      reply('200 OK', [session, 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1']);
    else reply('200 OK', [session]);
    if (method === 'PLAY') this.#playing.add(socket);
  }
}

/** Two sockets on ports that follow each other, the first one even, as RTP wants them. */
async function pairOfPorts(): Promise<UdpSocket[]> {
  for (;;) {
    const first = await bound(0);
    const { port } = first.address();
    const second = port % 2 === 0 ? await bound(port + 1).catch(() => undefined) : undefined;
    if (second !== undefined) return [first, second];
    first.close();
  }
}

function bound(port: number): Promise<UdpSocket> {
  const socket = createSocket('udp4');
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, '127.0.0.1', () => resolve(socket));
  });
}
