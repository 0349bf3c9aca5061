import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { PerceptionError } from '../src/frame/perception-error.js';
import type { PageServerOptions } from '../src/outputs/page/page-server.js';
import { chosenCameraOf } from '../src/recording/recorded-cameras.js';
import { builtPage } from './built-page.js';
import { numberFlag } from './option-parsers.js';
import { firstStopSignal } from './stop-signals.js';
import { Terminal } from './terminal.js';

/** Serves the player for these recordings until a stop signal; `more` adds handlers that need the pipeline's bundles. */
export async function servePlayer(
  paths: readonly string[],
  flags: { port: string; pipeline: string },
  more: (bundleDirs: PageServerOptions['bundleDirs']) => Partial<PageServerOptions> = () => ({}),
): Promise<void> {
  const port = numberFlag('--port', flags.port, 0, 65535, true);
  const files = await Promise.all(paths.map(recordingAt));
  const [{ openPageServer }, { loadPipelineFile }] = await Promise.all([
    import('../src/outputs/page/page-server.js'),
    import('../src/pipeline/pipeline-file.js'),
  ]);
  const { bundles: bundleDirs } = await loadPipelineFile(flags.pipeline);
  const server = await openPageServer({
    ...{ port, pageDir: builtPage, files: () => files, bundleDirs },
    ...more(bundleDirs),
  });
  const terminal = new Terminal();
  terminal.print(`look: ${server.url} (Ctrl-C ends it)`);
  await firstStopSignal();
  await server.close();
}

/** Only a missing file ends the command; the page explains better why a file is not a recording. */
async function recordingAt(location: string) {
  const { path } = chosenCameraOf(location);
  const info = await stat(path).catch(() => undefined);
  if (!info?.isFile())
    throw new PerceptionError('ERR_SOURCE_MISSING', `there is no recording ${path}`);
  return { name: basename(location), path, sizeBytes: info.size };
}
