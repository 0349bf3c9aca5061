import { type Command, Option } from 'commander';
import type { Store } from '../../tools/fleet/store/store.js';
import type { CodeFacts } from '../../tools/similar/code-file.js';
import type { CoderKind } from '../../tools/similar/picture-coder.js';
import type { StoredCodes } from '../../tools/similar/stored-codes.js';
import { defaultPipelineFile } from '../default-pipelines.js';
import { usage } from '../option-parsers.js';
import type { Terminal } from '../terminal.js';

const kinds = ['cnn', 'autoencoder', 'events'] as const;

/** Options that choose how frames are compared. */
export interface KindFlags {
  kind: (typeof kinds)[number];
  pipeline: string;
  autoencoder?: string;
}

export function addKindOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--kind <kind>',
        'what is compared: activations of a network of the pipeline (cnn), codes of an autoencoder, or what happens (events)',
      )
        .choices(kinds)
        .default('cnn'),
    )
    .addOption(
      new Option(
        '-p, --pipeline <pipeline.yaml>',
        'the pipeline file: its `topic` chooses pictures, and with --kind cnn its network is used',
      ).default(defaultPipelineFile, 'pipelines/default.yaml of windshield itself'),
    )
    .option('--autoencoder <file.onnx>', 'with --kind autoencoder: the trained network');
}

/** Topic of the pictures of drives that name none: the pipeline file's, as in a run. Rejects as loadPipelineFile does. */
export async function pipelineTopic({ pipeline }: KindFlags): Promise<string | undefined> {
  const { loadPipelineFile } = await import('../../src/pipeline/pipeline-file.js');
  return (await loadPipelineFile(pipeline)).topic;
}

/** Kind of coder for pictures; undefined if the kind does not use pictures. Rejects if it cannot be opened. */
export async function pictureKind(flags: KindFlags): Promise<CoderKind | undefined> {
  const { kind, pipeline, autoencoder } = flags;
  if ((kind === 'autoencoder') !== (autoencoder !== undefined))
    throw usage(
      `expected --autoencoder with --kind autoencoder and with no other, found --kind ${kind}`,
    );
  if (kind === 'events') return undefined;
  const { autoencoderKind, networkKind } = await import('../../tools/similar/coder-kinds.js');
  return autoencoder === undefined ? networkKind(pipeline) : autoencoderKind(autoencoder);
}

/** A store's codes of the chosen kind; unreadable ones are named and skipped. */
export async function codesOfKind<Codes extends CodeFacts>(
  flags: KindFlags,
  codes: Store,
  terminal: Terminal,
  load: (codes: Store, maker: string) => Promise<StoredCodes<Codes>>,
): Promise<Codes[]> {
  const { drives, unreadable } = await load(codes, await makerOfKind(flags, codes));
  for (const key of unreadable)
    terminal.note(`${codes.place}/${key}: expected codes, found something else: left out`);
  return drives;
}

/** Maker of the chosen kind's codes. */
async function makerOfKind(flags: KindFlags, codes: Store): Promise<string> {
  const kind = await pictureKind(flags);
  if (kind !== undefined) return kind.maker;
  const { eventMaker } = await import('../../tools/similar/events/event-fleet.js');
  return eventMaker(codes);
}
