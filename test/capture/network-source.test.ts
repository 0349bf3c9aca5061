import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { openSource } from '../../src/capture/open-source.js';
import { frameBytes } from '../../src/frame/frame.js';
import type { FrameSource, SourceEnd, SourceFrame } from '../../src/frame/frame-source.js';
import { RtspServer } from './rtsp-server.js';
import { whyMissing } from './tools.js';

const noFfmpeg = whyMissing('ffmpeg');
const left = noFfmpeg === undefined ? '' : ` (left out: ${noFfmpeg})`;
const closing: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const part of closing.splice(0)) await part.close();
});

async function opened(location: string): Promise<[FrameSource, Uint8Array]> {
  const source = await openSource(location);
  closing.push(source);
  return [source, new Uint8Array(frameBytes(source.info.layout))];
}

async function started(options: Parameters<typeof RtspServer.start>[0] = {}): Promise<RtspServer> {
  const server = await RtspServer.start(options);
  closing.push(server);
  return server;
}

const isEnd = (result: SourceFrame | SourceEnd): result is SourceEnd => 'kind' in result;

async function readUntilLost(source: FrameSource, pixels: Uint8Array) {
  for (let frames = 0; ; frames++) {
    const result = await source.read(pixels);
    if (isEnd(result)) return { frames, end: result };
  }
}

test.skipIf(noFfmpeg !== undefined)(
  `an RTSP camera opens with its login, which nothing shows; frames have the stream's times${left}`,
  async () => {
    const server = await started({ login: 'driver:s3cret' });
    const [source, pixels] = await opened(`rtsp://driver:s3cret@127.0.0.1:${server.port}/front`);
    expect(source.info).toMatchObject({
      name: `rtsp://***@127.0.0.1:${server.port}/front`,
      isLive: true,
      layout: { format: 'rgb8', widthPx: 64, heightPx: 48 },
    });
    const frames: SourceFrame[] = [];
    while (frames.length < 8) frames.push((await source.read(pixels)) as SourceFrame);
    for (const [index, frame] of frames.entries()) {
      expect(frame).toMatchObject({ id: index, timeSource: 'stream', segment: 0 });
      expect(frame.stampNs).toBeGreaterThan(0n);
      if (index === 0) continue;
      // Steps of the stream's own clock, whatever the arrivals were.
      const stepMs = Number(frame.sourceTimeNs - frames[index - 1]!.sourceTimeNs) / 1e6;
      expect(stepMs).toBeGreaterThan(0);
    }
    server.drop();
    const { end } = await readUntilLost(source, pixels);
    expect(
      JSON.stringify([end, source.info, source.notes, String((end as { error: Error }).error)]),
    ).not.toMatch(/s3cret|driver/);
  },
);

test.skipIf(noFfmpeg !== undefined)(
  `a wrong password is refused in a line that does not show it${left}`,
  async () => {
    const server = await started({ login: 'driver:right' });
    const error = await openSource(`rtsp://driver:wr0ng@127.0.0.1:${server.port}/`).catch((e) => e);
    expect(error).toMatchObject({ code: 'ERR_SOURCE_FORMAT' });
    expect(error.message).toContain('401');
    expect(`${error.message} ${JSON.stringify(error)}`).not.toContain('wr0ng');
  },
);

test.skipIf(noFfmpeg !== undefined)(
  `a camera that stalls is lost once, and its return is a new segment with later times${left}`,
  async () => {
    const server = await started();
    const [source, pixels] = await opened(`rtsp://127.0.0.1:${server.port}/#stall=0.5`);
    const first = (await source.read(pixels)) as SourceFrame;
    server.stall(true);
    const { end } = await readUntilLost(source, pixels);
    expect(end).toMatchObject({ kind: 'lost', error: { code: 'ERR_SOURCE_LOST' } });
    expect((end as { error: Error }).error.message).toContain('no frame for 500 ms');
    server.stall(false);
    const back = (await source.read(pixels)) as SourceFrame;
    expect(back).toMatchObject({ segment: 1 });
    expect(back.sourceTimeNs).toBeGreaterThan(first.sourceTimeNs);
    expect(server.connections).toBeGreaterThan(1);
  },
);

test.skipIf(noFfmpeg !== undefined)(
  `an HTTP camera of MJPEG plays as NV12 where that is asked for, by arrival${left}`,
  async () => {
    const picture = 'testsrc2=s=64x48:r=25,realtime';
    const server = createServer((_, response) => {
      const encode = ['-loglevel', 'error', '-f', 'lavfi', '-i', picture, '-f', 'mpjpeg', 'pipe:1'];
      const encoder = spawn('ffmpeg', encode, { stdio: ['ignore', 'pipe', 'ignore'] });
      response.setHeader('Content-Type', 'multipart/x-mixed-replace;boundary=ffmpeg');
      encoder.stdout.pipe(response);
      response.on('close', () => encoder.kill('SIGKILL'));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push({
      async close() {
        server.closeAllConnections();
        server.close();
      },
    });
    const { port } = server.address() as { port: number };
    const [source, pixels] = await opened(`http://127.0.0.1:${port}/?token=abc#format=nv12`);
    expect(source.info.name).toBe(`http://127.0.0.1:${port}/?token=***`);
    expect(source.info.layout).toEqual({
      format: 'nv12',
      widthPx: 64,
      heightPx: 48,
      strideBytes: 64,
    });
    expect(await source.read(pixels)).toMatchObject({ id: 0, timeSource: 'arrival', stampNs: 0n });
    expect(source.notes?.[0]).toMatch(/came 64x48.* mjpeg .*frames are nv12/);
    await source.close();
  },
);

test('what cannot be asked of a network camera, and schemes that nobody knows, are answered with what is known', async () => {
  await expect(openSource('rtsp://camera/#size=64x48')).rejects.toMatchObject({
    code: 'ERR_USAGE',
    message: 'rtsp://camera/#size=64x48: expected one of format, stall; found "size"',
  });
  await expect(openSource('rtsp://user:word@camera/#format=mjpeg')).rejects.toMatchObject({
    code: 'ERR_USAGE',
    message: 'rtsp://***@camera/#format=mjpeg: format: expected nv12; found "mjpeg"',
  });
  await expect(openSource('rtsp://user:half#word@camera/front')).rejects.toMatchObject({
    code: 'ERR_USAGE',
    message: 'rtsp://***@camera/front: expected %23 in place of a # in the name or the password',
  });
  await expect(openSource('ftp://user:word@camera/front')).rejects.toMatchObject({
    code: 'ERR_USAGE',
    message: expect.stringMatching(
      /camera:, rtsp:, .*gstreamer:.*found ftp:\/\/\*\*\*@camera\/front/,
    ),
  });
});
