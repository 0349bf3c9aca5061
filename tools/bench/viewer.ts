import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromiumArguments, chromiumPath } from './chromium.js';
import { processEntry } from './process-entry.js';

/** Viewer of a trial's page: a browser, or a client that fetches pictures without drawing them. */
export const viewerKinds = ['chromium', 'client'] as const;
export type ViewerKind = (typeof viewerKinds)[number];

export interface Viewer {
  close(): Promise<void>;
}

/** The pipe is never written to: Chromium ends when it closes, so it also ends when the trial's process is killed. */
const windowArguments = ['--headless=new', '--window-size=1280,900', '--remote-debugging-pipe'];

/** Chromium if it is installed, otherwise the client. */
export const usualViewer = (): ViewerKind => (chromiumPath() === undefined ? 'client' : 'chromium');

/** Opens the page at an address in a separate process. */
export async function openViewer(kind: ViewerKind, url: string): Promise<Viewer> {
  const dir = await mkdtemp(join(tmpdir(), 'windshield-viewer-'));
  const [command, args] =
    kind === 'chromium'
      ? [
          chromiumPath() ?? 'chromium',
          [...chromiumArguments, ...windowArguments, `--user-data-dir=${dir}`, url],
        ]
      : [process.execPath, [processEntry('picture-client.js'), url]];
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
  // A viewer that fails to start is noticed because nobody fetches pictures.
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
