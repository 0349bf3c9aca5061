import type { Output } from '../../src/outputs/output.js';
import { LiveOutput } from '../../src/outputs/page/live-output.js';
import { openPageServer } from '../../src/outputs/page/page-server.js';
import { PictureOutput } from '../../src/outputs/pictures/picture-output.js';
import { openViewer, type ViewerKind } from './viewer.js';

/** Request to have the page viewed during a trial. Plain data: it crosses processes as JSON. */
export interface LookedAt {
  viewer: ViewerKind;
  /** Folder of the built page. */
  pageDir: string;
}

export interface OpenLook {
  readonly outputs: readonly Output[];
  /** Number of pictures fetched. */
  readonly pictures: number;
  close(): Promise<void>;
}

/** How long a viewer may take to request its first picture, milliseconds. */
const comesWithinMs = 30_000;

/**
 * Serves the page and opens a viewer on it; resolves when the viewer has requested its first picture. Rejects if it
 * never does.
 */
export async function openLook({ viewer: kind, pageDir }: LookedAt): Promise<OpenLook> {
  let live: LiveOutput | undefined;
  const server = await openPageServer({
    port: 0,
    pageDir: async () => pageDir,
    files: () => [],
    bundleDirs: {},
    onLive: (request, socket, head) => live?.connect(request, socket, head),
  });
  const pictures = new PictureOutput(server.url);
  live = new LiveOutput(server.url, pictures);
  const viewer = await openViewer(kind, server.url);
  const close = async () => {
    await viewer.close();
    await live.disconnect();
    await pictures.close();
    await server.close();
  };
  const untilMs = performance.now() + comesWithinMs;
  while (!live.wantsPicture()) {
    if (performance.now() > untilMs) {
      await close();
      throw new Error(`expected ${kind} to open the page within ${comesWithinMs / 1000} s`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    outputs: [pictures, live],
    get pictures() {
      return pictures.counts.get('camera/image')?.sent ?? 0;
    },
    close,
  };
}
