import { mkdtemp, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { networkInterfaces, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasErrorCode } from '../src/frame/perception-error.js';
import type { FoxgloveOutput } from '../src/outputs/foxglove/foxglove-output.js';
import type { MetricsOutput } from '../src/outputs/metrics/metrics-output.js';
import { OneCamera } from '../src/outputs/one-camera.js';
import type { Output } from '../src/outputs/output.js';
import { defaultPagePort } from '../src/outputs/page/default-port.js';
import type { LiveOutput } from '../src/outputs/page/live-output.js';
import type { PageServer } from '../src/outputs/page/page-server.js';
import type { PictureOutput } from '../src/outputs/pictures/picture-output.js';
import type { PipelineConfig } from '../src/pipeline/pipeline-schema.js';
import { chosenCameraOf } from '../src/recording/recorded-cameras.js';
import { builtPage } from './built-page.js';

type Listen = NonNullable<PipelineConfig['listen']>;

interface ServedFile {
  name: string;
  path: string;
  sizeBytes: number;
}

/** The server of a run: its page, if requested, and the interfaces for other tools. */
export interface LivePage {
  /** Whether there is a page to look at. */
  readonly isShown: boolean;
  readonly url: string;
  readonly outputs: readonly Output[];
  /** Lines to print about it; the token only for a person at a terminal. */
  lines(isInteractive: boolean): string[];
  /** Called when the run has ended: serves its results next to the drive, if that is a file. */
  showEnded(source: string): Promise<void>;
  close(): Promise<void>;
}

/** Attempts of a supervised pipeline to listen, and the wait between them, milliseconds. */
const listenTries = 20;
const listenRetryMs = 50;

/** Opens what the pipeline file's `listen` and `--view` request; undefined if that is nothing. */
export async function openLivePage(
  config: PipelineConfig,
  isViewed: boolean,
  isSupervised: boolean,
): Promise<LivePage | undefined> {
  const { listen } = config;
  const isShown = isViewed || listen?.page === true;
  if (!isShown && !listen?.metrics && !listen?.foxglove) return undefined;
  const [{ openPageServer }, { readTokenFile }] = await Promise.all([
    import('../src/outputs/page/page-server.js'),
    import('../src/outputs/page/token-file.js'),
  ]);
  const address = listen?.address ?? '127.0.0.1';
  const token = listen?.tokenFile && (await readTokenFile(listen.tokenFile));
  let files: ServedFile[] = [];
  // In a rig each camera has its own page; without a name the first one's is shown.
  const cameras = config.cameras && Object.keys(config.cameras);
  const lives = new Map<string | undefined, LiveOutput>();
  const metrics: MetricsOutput[] = [];
  let foxglove: FoxgloveOutput | undefined;
  let temporaryDir: string | undefined;
  const server = await listenAt(listen, isSupervised, (port) =>
    openPageServer({
      port,
      access: { address, token, origins: listen?.origins },
      files: () => files,
      bundleDirs: isShown ? config.bundles : {},
      ...(isShown && {
        pageDir: builtPage,
        cameras: cameras ?? [],
        onLive: (request, socket, head) => liveOf(lives, request)?.connect(request, socket, head),
      }),
      ...(listen?.foxglove && {
        onFoxglove: (request, socket, head) => foxglove?.connect(request, socket, head),
      }),
      ...(listen?.metrics && {
        onMetrics: () =>
          metrics[0]?.text(metrics.slice(1)) ?? Promise.resolve({ contentType: '', text: '' }),
      }),
    }),
  );
  const { url } = server;
  const each = cameras ?? [undefined];
  const isLookedAt = isShown || listen?.foxglove === true;
  /** One output per camera, shared by all viewers. */
  const pictures = isLookedAt ? await openPictures(each, url) : [];
  if (isShown) {
    const { LiveOutput: Opened } = await import('../src/outputs/page/live-output.js');
    for (const [index, name] of each.entries())
      lives.set(name, new Opened(placeOf(url, name), pictures[index]!));
  }
  if (listen?.foxglove) {
    const { FoxgloveOutput: Opened } = await import('../src/outputs/foxglove/foxglove-output.js');
    foxglove = new Opened(url.replace('http', 'ws'), pictures[0]!);
  }
  if (listen?.metrics) {
    const { MetricsOutput: Opened } = await import('../src/outputs/metrics/metrics-output.js');
    for (const [index, name] of each.entries()) {
      const camera = name === undefined ? undefined : { name, isFirst: index === 0 };
      metrics.push(new Opened(`${url}/metrics`, '/', camera));
    }
  }
  return {
    isShown,
    url,
    outputs: [
      pictures.map((output, index) => seenBy(output, each[index])),
      [...lives].map(([name, live]) => seenBy(live, name)),
      foxglove === undefined ? [] : [seenBy(foxglove, cameras?.[0])],
      metrics.map((output, index) => seenBy(output, each[index])),
    ].flat(),
    lines(isInteractive) {
      // Browsers do not send what follows #.
      const secret =
        token === undefined || token === '' || !isInteractive ? '' : `/#token=${token}`;
      const { port } = new URL(url);
      const others = isShown && isUnspecified(address) ? networkAddresses() : [];
      return [
        isShown ? `look: ${url}${secret}` : [],
        isShown
          ? (cameras ?? []).slice(1).map((name) => `  camera ${name}: ${placeOf(url, name)}`)
          : [],
        others.map((host) => `look from another machine: http://${host}:${port}${secret}`),
        foxglove === undefined ? [] : `foxglove: ${foxglove.place}`,
        metrics[0] === undefined ? [] : `metrics: ${metrics[0].place}`,
      ].flat();
    },
    async showEnded(source) {
      if (lives.size === 0) return;
      const { writeKept } = await import('../src/outputs/page/write-kept.js');
      temporaryDir = await mkdtemp(join(tmpdir(), 'windshield-'));
      const path = join(temporaryDir, 'results.mcap');
      await writeKept(
        path,
        [...lives].map(([camera, { kept, facts }]) => ({ camera, kept, facts })),
      );
      const { size: sizeBytes } = await stat(path);
      files = [...(await drivesAt(source)), { name: 'results.mcap', path, sizeBytes }];
      for (const live of lives.values()) live.tellEnded();
    },
    async close() {
      for (const live of lives.values()) await live.disconnect();
      await server.close();
      if (temporaryDir !== undefined) await rm(temporaryDir, { recursive: true, force: true });
    },
  };
}

/** The drive of a run as the page gets it, `drive.mcap#front` with its camera; nothing if it is not a recording. */
export async function drivesAt(source: string): Promise<ServedFile[]> {
  const { path } = chosenCameraOf(source);
  const drive = await stat(path).catch(() => undefined);
  if (!drive?.isFile() || !path.endsWith('.mcap')) return [];
  return [{ name: basename(source), path, sizeBytes: drive.size }];
}

/** Restricts an output to one camera of a rig of several. */
const seenBy = (output: Output, camera: string | undefined): Output =>
  camera === undefined ? output : new OneCamera(output, camera);

const placeOf = (url: string, camera: string | undefined): string =>
  camera === undefined ? url : `${url}/?camera=${camera}`;

async function openPictures(
  cameras: readonly (string | undefined)[],
  url: string,
): Promise<PictureOutput[]> {
  const { PictureOutput: Opened } = await import('../src/outputs/pictures/picture-output.js');
  return cameras.map((name) => new Opened(placeOf(url, name)));
}

/** The camera that the page names after `?`, or the first. */
function liveOf(
  lives: ReadonlyMap<string | undefined, LiveOutput>,
  { url = '/' }: IncomingMessage,
): LiveOutput | undefined {
  const asked = new URL(url, 'http://page').searchParams.get('camera');
  return lives.get(asked ?? undefined) ?? [...lives.values()][0];
}

const isUnspecified = (address: string) => address === '0.0.0.0' || address === '::';

/** IPv4 addresses by which other machines may reach this one. */
const networkAddresses = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map((entry) => entry.address);

/**
 * If the pipeline file has `listen`, opens its port or fails, because other tools use that port. Otherwise opens the
 * default port, or a free one if that is in use. A supervised pipeline's last life may take a moment to release the port.
 */
async function listenAt(
  listen: Listen | undefined,
  isSupervised: boolean,
  open: (port: number) => Promise<PageServer>,
): Promise<PageServer> {
  const port = listen?.port ?? defaultPagePort;
  for (let tries = 1; ; tries++) {
    try {
      return await open(port);
    } catch (error) {
      if (!hasErrorCode(error) || error.code !== 'ERR_PORT_IN_USE') throw error;
      if (isSupervised && tries < listenTries) await sleep(listenRetryMs);
      else if (listen === undefined) return open(0);
      else throw error;
    }
  }
}
