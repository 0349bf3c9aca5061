import type { z } from 'zod';
import type { Output } from './output.js';
import type { OutputSettings } from './output-settings.js';

/** One kind of output that a pipeline file can request. */
export interface OutputRow {
  readonly name: string;
  /** Schema of `outputs.<name>` in the pipeline file; left out if another key requests the output. */
  readonly schema?: z.ZodType;
  /** Keys of `outputs.<name>` that hold a path; a relative one is relative to the pipeline file. */
  readonly paths?: readonly string[];
  readonly isWanted: (settings: OutputSettings) => boolean;
  /** Frames whose pixels it may hold at once; 0 if it needs none. */
  readonly heldFrames: (settings: OutputSettings) => number;
  /** Opens it while networks load, and loads its code only then. Rejects with one clear line. */
  readonly open: (settings: OutputSettings) => Promise<Output>;
}

/** An output that `outputs.<name>` of the pipeline file requests, with its own settings. */
export interface OutputDeclaration<Schema extends z.ZodType> {
  readonly name: string;
  readonly schema: Schema;
  readonly paths?: readonly string[];
  /** 0 when left out. */
  readonly heldFrames?: number;
  /** `own`: the checked settings under `outputs.<name>` of the pipeline file, paths absolute. */
  readonly open: (own: z.infer<Schema>, settings: OutputSettings) => Promise<Output>;
}

export function declareOutput<Schema extends z.ZodType>({
  name,
  schema,
  paths = [],
  heldFrames = 0,
  open,
}: OutputDeclaration<Schema>): OutputRow {
  const ownIn = ({ outputs }: OutputSettings) => outputs?.[name] as z.infer<Schema> | undefined;
  return {
    name,
    schema,
    paths,
    isWanted: (settings) => ownIn(settings) !== undefined,
    heldFrames: () => heldFrames,
    open: (settings) => open(ownIn(settings)!, settings),
  };
}
