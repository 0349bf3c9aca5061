import { Command, Option } from 'commander';
import { defaultPagePort } from '../src/outputs/page/default-port.js';
import { builtPage } from './built-page.js';
import { defaultSteeringPipeline } from './default-pipelines.js';
import { numberFlag, sizeFlag } from './option-parsers.js';
import { firstStopSignal } from './stop-signals.js';
import { Terminal } from './terminal.js';

export interface ViewFlags {
  pipeline: string;
  seed: string;
  port: string;
  size: string;
  rate: string;
}

/** Values for `simulate --view` in place of the options of `simulate view`. */
export const defaultViewFlags: ViewFlags = {
  pipeline: defaultSteeringPipeline,
  seed: '1',
  port: String(defaultPagePort),
  size: '480x270',
  rate: '20',
};

/** `windshield simulate view`: serves a page to drive on. */
export function viewCommand(): Command {
  const { seed, port, size, rate, pipeline } = defaultViewFlags;
  return new Command('view')
    .summary('the page: drive with the keyboard, or watch the network drive')
    .description(
      'Serves a page on this machine’s loopback address: drive with the arrow keys, watch the network or the\n' +
        'reference drive, and compare what the networks see with the ground truth. Ctrl-C ends it.',
    )
    .addOption(
      new Option(
        '--pipeline <pipeline.yaml>',
        'the pipeline file whose networks see and drive',
      ).default(pipeline, 'pipelines/steering-only.yaml of windshield itself'),
    )
    .option('--seed <n>', 'which world', seed)
    .option('--port <n>', 'port of the page; 0 picks a free one', port)
    .option('--size <WxH>', 'pixels of a frame', size)
    .option('--rate <Hz>', 'frames per second, if the machine keeps up', rate)
    .action(runView);
}

/** Serves the page until Ctrl-C. */
export async function runView(flags: ViewFlags): Promise<void> {
  const [widthPx, heightPx] = sizeFlag(flags.size);
  const seed = numberFlag('--seed', flags.seed, 0, 2 ** 32, true);
  const port = numberFlag('--port', flags.port, 0, 65535, true);
  const rateHz = numberFlag('--rate', flags.rate, 5, 60);
  const { openView } = await import('../simulator/driving/view/open-view.js');
  const { loadPipelineFile } = await import('../src/pipeline/pipeline-file.js');
  const config = await loadPipelineFile(flags.pipeline);
  const terminal = new Terminal();
  const view = await openView({
    config,
    pageDir: builtPage,
    seed,
    port,
    rateHz,
    widthPx,
    heightPx,
  });
  terminal.print(`look: ${view.url} (Ctrl-C ends it)`);
  await firstStopSignal();
  await view.close();
}
