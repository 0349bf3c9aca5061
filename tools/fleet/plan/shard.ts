import { PerceptionError } from '../../../src/frame/perception-error.js';

/** One of `count` equal shares; `index` from 0. */
export interface Shard {
  index: number;
  count: number;
}

/** Environment variables in which engines of array jobs give the job's index and, if available, the number of jobs. */
const engines = [
  { index: 'JOB_COMPLETION_INDEX', count: undefined, first: undefined, what: 'Kubernetes' },
  {
    index: 'SLURM_ARRAY_TASK_ID',
    count: 'SLURM_ARRAY_TASK_COUNT',
    first: 'SLURM_ARRAY_TASK_MIN',
    what: 'Slurm',
  },
  { index: 'AWS_BATCH_JOB_ARRAY_INDEX', count: undefined, first: undefined, what: 'AWS Batch' },
] as const;

/**
 * Parses `--shard`: `2/8` is the third of eight; `/8` takes its index from the environment. Throws ERR_USAGE and
 * names the variable that is missing.
 */
export function parseShard(text: string, env: NodeJS.ProcessEnv = process.env): Shard {
  const match = /^(\d*)\/(\d+)$/.exec(text);
  if (match === null)
    throw usage(`expected --shard as index/count, such as 2/8 or /8, found "${text}"`);
  const count = Number(match[2]);
  const index = match[1] === '' ? indexIn(env, count) : Number(match[1]);
  if (count < 1 || !(index < count))
    throw usage(`expected --shard with an index below its count, found ${index}/${count}`);
  return { index, count };
}

/**
 * The shard of an array job's engine; undefined if there is none. Throws ERR_USAGE if the engine gives no count, and as
 * parseShard does.
 */
export function shardOf(env: NodeJS.ProcessEnv = process.env): Shard | undefined {
  const engine = engines.find(({ index }) => env[index] !== undefined);
  if (engine === undefined) return undefined;
  const count = engine.count && env[engine.count];
  if (count === undefined)
    throw usage(
      `${engine.what} says ${engine.index}=${env[engine.index]}: expected --shard /count beside it, found none`,
    );
  return parseShard(`/${count}`, env);
}

function indexIn(env: NodeJS.ProcessEnv, count: number): number {
  const engine = engines.find(({ index }) => env[index] !== undefined);
  if (engine === undefined)
    throw usage(
      `expected the index of --shard /${count} in ${engines.map(({ index }) => index).join(', ')}, found none`,
    );
  const first = Number((engine.first && env[engine.first]) ?? 0);
  const index = Number(env[engine.index]) - first;
  if (Number.isInteger(index) && index >= 0) return index;
  throw usage(`expected ${engine.index} as a whole number, found "${env[engine.index]}"`);
}

/** Takes every `count`-th unit, so that pieces of one long drive go to different workers. */
export const unitsOfShard = <T>(units: readonly T[], { index, count }: Shard): T[] =>
  units.filter((_, place) => place % count === index);

const usage = (message: string) => new PerceptionError('ERR_USAGE', message);
