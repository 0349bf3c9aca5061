import { Command } from 'commander';
import type { RecordingInfo } from '../src/recording/recording-info.js';
import { damagedChunksText } from '../src/recording/recording-losses.js';
import { measuredJson } from '../src/text/measured-json.js';
import { Terminal } from './terminal.js';

type TextTable = typeof import('../src/text/text-table.js').textTable;

/** `windshield info <recording>`: shows the content of a file. */
export function infoCommand(): Command {
  return new Command('info')
    .summary('print what a recording holds: topics, counts, times, gaps, who made it')
    .description(
      'Reads a recording (any MCAP file) from its first message to its last. A gap is a pause of five usual\n' +
        'intervals or more, and of at least 0.3 s.',
    )
    .argument('<recording>', 'an MCAP file')
    .option('--json', 'print one JSON object')
    .action(async (path: string, flags: { json?: true }) => {
      const { recordingInfo } = await import('../src/recording/recording-info.js');
      const info = await recordingInfo(path);
      const { textTable } = await import('../src/text/text-table.js');
      new Terminal().print(flags.json ? measuredJson(info) : formatInfo(info, textTable));
    });
}

function formatInfo(info: RecordingInfo, textTable: TextTable): string {
  const rows = [['topic', 'messages', 'rate', 'MB', 'gaps', 'schema']];
  for (const { topic, schema, messages, unreadable, rateHz, bytes, gaps } of info.topics) {
    const longest = `, longest ${gaps.longestS.toFixed(1)} s at ${gaps.longestAtS.toFixed(1)} s`;
    rows.push([
      topic,
      `${messages}${unreadable > 0 ? ` (${unreadable} unreadable)` : ''}`,
      rateHz === null ? '' : `${rateHz.toFixed(1)} Hz`,
      (bytes / 1e6).toFixed(2),
      gaps.count === 0 ? '' : `${gaps.count}${longest}`,
      schema,
    ]);
  }
  const startMs = Number(BigInt(info.startNs) / 1_000_000n);
  const times = `${new Date(startMs).toISOString()}, ${info.durationS.toFixed(1)} s`;
  const cut = `cut off, ${info.cutBytes} bytes at its end belong to no whole record`;
  const state = info.isComplete ? 'whole' : `${cut}: windshield recover makes a clean file of it`;
  const { damagedChunks } = info;
  const damage = damagedChunks > 0 ? `, ${damagedChunksText(damagedChunks)}` : '';
  const lines = [
    `${info.path}: ${(info.bytes / 1e6).toFixed(1)} MB, ${state}${damage}`,
    `from ${times}; written by ${info.library || 'an unknown program'}`,
    textTable(rows, { numbers: [1, 2, 3] }),
  ];
  for (const [name, entries] of Object.entries(info.metadata))
    lines.push(
      `${name}`,
      ...Object.entries(entries).map(([key, value]) => `  ${key}: ${shortened(value)}`),
    );
  if (info.attachments.length > 0) lines.push('files inside');
  for (const { name, bytes } of info.attachments) lines.push(`  ${name} (${bytes} bytes)`);
  return lines.join('\n');
}

const shortened = (text: string) => (text.length > 90 ? `${text.slice(0, 89)}…` : text);
