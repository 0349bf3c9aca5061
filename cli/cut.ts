import { Command } from 'commander';
import { PerceptionError } from '../src/frame/perception-error.js';
import { copyForCommand, secondsFromStart } from './copy-recording.js';

interface CutFlags {
  out: string;
  from?: number;
  to?: number;
  topics?: string;
  json?: true;
}

/** `windshield cut <recording> --from 12 --to 20 --out <part.mcap>`. */
export function cutCommand(): Command {
  return new Command('cut')
    .summary('write a part of a recording, by time or by topic')
    .description(
      'Copies the messages between two times, unchanged, into a new recording. The calibration and the\n' +
        'transforms that apply there are copied too.',
    )
    .argument('<recording>', 'an MCAP file')
    .option('--from <time>', 'from the start of the recording: 12.5 or 1:02.5', secondsFromStart)
    .option('--to <time>', 'the same, for the end', secondsFromStart)
    .option('--topics <names>', 'only these topics, separated by commas')
    .requiredOption('-o, --out <part.mcap>', 'the recording to write')
    .option('--json', 'print one JSON object')
    .action(cut);
}

async function cut(path: string, flags: CutFlags): Promise<void> {
  const { from, to } = flags;
  if (from !== undefined && to !== undefined && from >= to)
    throw new PerceptionError('ERR_USAGE', `expected --from before --to, found ${from} and ${to}`);
  const { RecordingReader } = await import('../src/recording/recording-reader.js');
  const reader = await RecordingReader.open(path);
  const { startNs, endNs, channels } = reader;
  await reader.close();
  const topics = flags.topics?.split(',').map((topic) => topic.trim());
  const known = channels.map(({ topic }) => topic);
  for (const topic of topics ?? [])
    if (!known.includes(topic))
      throw new PerceptionError(
        'ERR_USAGE',
        `expected --topics of ${known.join(', ')}, found ${topic}`,
      );
  const at = (seconds: number | undefined) =>
    seconds === undefined ? undefined : startNs + BigInt(Math.round(seconds * 1e9));
  const range = { startNs: at(from), endNs: at(to) };
  if (range.startNs !== undefined && range.startNs > endNs)
    throw new PerceptionError(
      'ERR_USAGE',
      `expected --from within the ${Number(endNs - startNs) / 1e9} s of ${path}, found ${from}`,
    );
  const facts = { how: 'cut', from: path, fromS: String(from ?? 0), toS: String(to ?? '') };
  await copyForCommand([path], flags, { ...range, topics, facts });
}
