import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';

export interface HttpCamera {
  url: string;
  /** Whether it has sent these bytes, one after the other, to one of those who asked. */
  hasSent(bytes: Uint8Array): boolean;
  /** Sends nothing more, to those who have asked and to those who will. */
  pause(): void;
  close(): void;
}

/** A camera behind HTTP: what ffmpeg writes for these arguments, to each who asks. */
export async function startHttpCamera(
  encode: readonly string[],
  type = 'multipart/x-mixed-replace;boundary=ffmpeg',
): Promise<HttpCamera> {
  const connections: Buffer[][] = [];
  const encoders: ChildProcess[] = [];
  let isPaused = false;
  const server = createServer((_, response) => {
    const encoder = spawn('ffmpeg', ['-loglevel', 'error', ...encode, 'pipe:1'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    encoders.push(encoder);
    if (isPaused) encoder.kill('SIGSTOP');
    const sent: Buffer[] = [];
    connections.push(sent);
    response.setHeader('Content-Type', type);
    encoder.stdout.on('data', (chunk: Buffer) => sent.push(chunk));
    encoder.stdout.pipe(response);
    response.on('close', () => encoder.kill('SIGKILL'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}/`,
    hasSent: (bytes) =>
      connections.some((sent) => Buffer.concat(sent).includes(Buffer.from(bytes))),
    pause() {
      isPaused = true;
      for (const encoder of encoders) encoder.kill('SIGSTOP');
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Test pictures of this size, 25 a second, as MJPEG. */
export const mjpegPictures = (size = '64x48'): string[] => [
  ...['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=25,realtime`],
  ...['-c:v', 'mjpeg', '-f', 'mpjpeg'],
];
