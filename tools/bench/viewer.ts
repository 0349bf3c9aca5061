import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processEntry } from './process-entry.js';

/** Who looks at the page of a trial: a browser, or a client that takes pictures and draws none. */
export const viewerKinds = ['chromium', 'client'] as const;
export type ViewerKind = (typeof viewerKinds)[number];

export interface Viewer {
  close(): Promise<void>;
}

const chromiumPlaces = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Chromium without what it says to the world at its start. */
export const chromiumArguments = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--window-size=1280,900',
];

export const chromiumPath = (): string | undefined =>
  chromiumPlaces.find((path) => existsSync(path));

/** Chromium where there is one. */
export const usualViewer = (): ViewerKind => (chromiumPath() === undefined ? 'client' : 'chromium');

/** Opens the page at an address in a process of its own. */
export async function openViewer(kind: ViewerKind, url: string): Promise<Viewer> {
  const dir = await mkdtemp(join(tmpdir(), 'windshield-viewer-'));
  const [command, args] =
    kind === 'chromium'
      ? [chromiumPath() ?? 'chromium', [...chromiumArguments, `--user-data-dir=${dir}`, url]]
      : [process.execPath, [processEntry('picture-client.js'), url]];
  const child = spawn(command, args, { stdio: 'ignore' });
  // One that does not come is told by the pictures that nobody takes.
  child.on('error', () => {});
  return {
    async close() {
      await ended(child);
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined)
    return Promise.resolve();
  return new Promise((resolve) => {
    child.once('close', () => resolve());
    child.kill('SIGTERM');
  });
}
