import { Command, Option } from 'commander';
import { defaultPipelineFile } from './default-pipelines.js';
import { servePlayer } from './serve-player.js';

interface ViewFlags {
  pipeline: string;
  port: string;
}

/** `windshield view [recordings...]`: serves the player on a page of this machine. */
export function viewCommand(): Command {
  return new Command('view')
    .summary('play recordings in a browser, step through them, run the networks on them')
    .description(
      'Serves a page on this machine’s loopback address: play a recording, step through it frame by frame,\n' +
        'see its events on a timeline, and run the networks of the pipeline file in the browser. Several\n' +
        'files are shown as one drive: its pictures, and the results of a replay. Ctrl-C ends it.',
    )
    .argument('[recordings...]', 'MCAP files; without any, drop one on the page')
    .addOption(
      new Option(
        '-p, --pipeline <pipeline.yaml>',
        'the pipeline file whose networks the page can run',
      ).default(defaultPipelineFile, 'pipelines/default.yaml of windshield itself'),
    )
    .option('--port <n>', 'port of the page; 0 picks a free one', '5580')
    .action((paths: string[], flags: ViewFlags) => servePlayer(paths, flags));
}
