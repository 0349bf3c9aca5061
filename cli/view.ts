import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Command, Option } from 'commander';
import { PerceptionError } from '../src/frame/perception-error.js';
import { chosenCameraOf } from '../src/recording/recorded-cameras.js';
import { builtPage } from './built-page.js';
import { defaultPipelineFile } from './default-pipelines.js';
import { numberFlag } from './option-parsers.js';
import { onStopSignals } from './stop-signals.js';
import { Terminal } from './terminal.js';

interface ViewFlags {
  pipeline: string;
  port: string;
}

/** `windshield view [recordings...]`: the player on a page of this machine. */
export function viewCommand(): Command {
  return new Command('view')
    .summary('look at recordings in a browser, step through them, run networks on them')
    .description(
      'Serves a page on this machine’s loopback address: play a recording, step through it frame by frame,\n' +
        'see its events on a timeline, and run the networks of the pipeline file in the browser. Several\n' +
        'files are seen as one drive: its pictures, and the results of a replay. Ctrl-C ends it.',
    )
    .argument('[recordings...]', 'MCAP files; without any, drop one on the page')
    .addOption(
      new Option('-p, --pipeline <pipeline.yaml>', 'whose networks the page can run').default(
        defaultPipelineFile,
        'pipelines/default.yaml of windshield itself',
      ),
    )
    .option('--port <n>', 'of the page; 0 takes a free one', '5580')
    .action(runView);
}

async function runView(paths: string[], flags: ViewFlags): Promise<void> {
  const port = numberFlag('--port', flags.port, 0, 65535, true);
  const files = await Promise.all(paths.map(recordingAt));
  const [{ openPageServer }, { loadPipelineFile }] = await Promise.all([
    import('../src/outputs/page/page-server.js'),
    import('../src/pipeline/pipeline-file.js'),
  ]);
  const { bundles: bundleDirs } = await loadPipelineFile(flags.pipeline);
  const server = await openPageServer({ port, pageDir: builtPage, files: () => files, bundleDirs });
  const terminal = new Terminal();
  terminal.print(`look: ${server.url} (Ctrl-C ends it)`);
  await new Promise<void>((resolve) => {
    const forget = onStopSignals(() => {
      forget();
      resolve();
    });
  });
  await server.close();
}

/** What the page says of a file that is no recording, it says better: only what is not there ends the command. */
async function recordingAt(location: string) {
  const { path } = chosenCameraOf(location);
  const info = await stat(path).catch(() => undefined);
  if (!info?.isFile())
    throw new PerceptionError('ERR_SOURCE_MISSING', `there is no recording ${path}`);
  return { name: basename(location), path, sizeBytes: info.size };
}
