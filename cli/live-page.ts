import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { hasErrorCode } from '../src/frame/perception-error.js';
import type { LiveOutput } from '../src/outputs/page/live-output.js';
import type { PageServer } from '../src/outputs/page/page-server.js';
import type { PipelineConfig } from '../src/pipeline/pipeline-schema.js';
import { builtPage } from './built-page.js';

interface ServedFile {
  name: string;
  path: string;
  sizeBytes: number;
}

/** The page that shows a run while it goes on, and lets it be stepped through at its end. */
export interface LivePage {
  readonly url: string;
  readonly output: LiveOutput;
  /** The run has ended: what was seen is served beside the drive, where that is a file. */
  showEnded(source: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens the page's server; where its usual port is taken, on a free one. */
export async function openLivePage(config: PipelineConfig): Promise<LivePage> {
  const [{ defaultPagePort, openPageServer }, { LiveOutput }] = await Promise.all([
    import('../src/outputs/page/page-server.js'),
    import('../src/outputs/page/live-output.js'),
  ]);
  let files: ServedFile[] = [];
  let output: LiveOutput | undefined;
  let temporaryDir: string | undefined;
  const open = (port: number): Promise<PageServer> =>
    openPageServer({
      port,
      pageDir: builtPage,
      files: () => files,
      bundleDirs: config.bundles,
      onLive: (request, socket, head) => output?.connect(request, socket, head),
    });
  const server = await open(defaultPagePort).catch((error: unknown) => {
    if (hasErrorCode(error) && error.code === 'ERR_PORT_IN_USE') return open(0);
    throw error;
  });
  output = new LiveOutput(server.url);
  return {
    url: server.url,
    output,
    async showEnded(source) {
      const { writeKept } = await import('../src/outputs/page/write-kept.js');
      temporaryDir = await mkdtemp(join(tmpdir(), 'windshield-'));
      const path = join(temporaryDir, 'results.mcap');
      await writeKept(path, output.kept);
      const drive = await stat(source).catch(() => undefined);
      const pictures =
        drive?.isFile() && source.endsWith('.mcap')
          ? [{ name: basename(source), path: source, sizeBytes: drive.size }]
          : [];
      const { size: sizeBytes } = await stat(path);
      files = [...pictures, { name: 'results.mcap', path, sizeBytes }];
      output.tellEnded();
    },
    async close() {
      output.disconnect();
      await server.close();
      if (temporaryDir !== undefined) await rm(temporaryDir, { recursive: true, force: true });
    },
  };
}
