import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A network camera on loopback that sends the picture before it as MJPEG, again and again. */
export class MjpegCamera {
  readonly url: string;
  /** A JPEG, the size of the first one. */
  picture: Uint8Array;
  readonly #close: () => Promise<void>;

  private constructor(url: string, picture: Uint8Array, close: () => Promise<void>) {
    this.url = url;
    this.picture = picture;
    this.#close = close;
  }

  /** `port` 0 takes a free one; a camera that comes back names the one that it had. */
  static async start(
    picture: Uint8Array,
    { everyMs = 50, port: wanted = 0 } = {},
  ): Promise<MjpegCamera> {
    const viewers = new Set<ServerResponse>();
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=frame' });
      viewers.add(response);
      response.on('close', () => viewers.delete(response));
    });
    await new Promise<void>((resolve) => server.listen(wanted, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const timer = setInterval(() => {
      const { picture: jpeg } = camera;
      const head = `--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`;
      for (const viewer of viewers) {
        viewer.write(head);
        viewer.write(jpeg);
        viewer.write('\r\n');
      }
    }, everyMs);
    const camera = new MjpegCamera(`http://127.0.0.1:${port}/front`, picture, async () => {
      clearInterval(timer);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    return camera;
  }

  close(): Promise<void> {
    return this.#close();
  }
}
