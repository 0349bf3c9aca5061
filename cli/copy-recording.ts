import { stat } from 'node:fs/promises';
import { guardOutputs } from '../src/files/output-guard.js';
import { PerceptionError } from '../src/frame/perception-error.js';
import type { CopyOptions, CopySummary } from '../src/recording/copy-recording.js';
import { damagedChunksText } from '../src/recording/recording-losses.js';
import { measuredJson } from '../src/text/measured-json.js';
import { exitCodes } from './exit-codes.js';
import { onStopSignals } from './stop-signals.js';
import { Terminal } from './terminal.js';

/** Copies recordings into a new one for a command, and reports the result. */
export async function copyForCommand(
  inputs: readonly string[],
  flags: { out: string; json?: true },
  options: Omit<CopyOptions, 'signal'>,
): Promise<void> {
  guardOutputs(
    [{ option: '--out', path: flags.out, kind: 'recording' }],
    inputs.map((path) => ({ role: 'the recording', path })),
  );
  const terminal = new Terminal();
  const interruption = new AbortController();
  const forget = onStopSignals(() => interruption.abort());
  try {
    const { copyRecordings } = await import('../src/recording/copy-recording.js');
    const { signal } = interruption;
    const summary = await copyRecordings(inputs, flags.out, { ...options, signal });
    const { size } = await stat(flags.out);
    const { startNs, endNs, askedNs, ...counts } = summary;
    const asked = askedNs === undefined ? {} : { askedNs: String(askedNs) };
    const times = { startNs: String(startNs), endNs: String(endNs), ...asked };
    const object = { out: flags.out, bytes: size, ...counts, ...times };
    terminal.print(flags.json ? measuredJson(object) : describe(flags.out, size, summary));
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    terminal.note(`ended by Ctrl-C: ${flags.out} was not written`);
    process.exitCode = exitCodes.interrupted;
  } finally {
    forget();
  }
}

function describe(out: string, bytes: number, summary: CopySummary): string {
  const { messages, lost, cutBytes, damagedChunks, startNs, endNs } = summary;
  const counts = (of: Record<string, number>) =>
    Object.entries(of)
      .map(([topic, count]) => `${count} ${topic}`)
      .join(', ') || 'no messages';
  const seconds = (Number(endNs - startNs) / 1e9).toFixed(1);
  const earlierS = Number((summary.askedNs ?? startNs) - startNs) / 1e9;
  const lines = [`${out}: ${(bytes / 1e6).toFixed(1)} MB, ${seconds} s, ${counts(messages)}`];
  if (earlierS > 0)
    lines.push(`  begins ${earlierS.toFixed(2)} s earlier, at the video's keyframe`);
  if (Object.keys(lost).length > 0) lines.push(`  lost: ${counts(lost)}`);
  if (damagedChunks > 0) lines.push(`  ${damagedChunksText(damagedChunks)} passed over`);
  if (cutBytes > 0) lines.push(`  ${cutBytes} bytes at the end belong to no whole record`);
  return lines.join('\n');
}

/** Parses seconds from the start, such as `12.5` or `1:02.5`. */
export function secondsFromStart(text: string): number {
  const match = /^(?:(\d+):)?(\d+(?:\.\d+)?)$/.exec(text);
  if (match !== null) return Number(match[1] ?? 0) * 60 + Number(match[2]);
  throw new PerceptionError('ERR_USAGE', `expected a time such as 12.5 or 1:02.5, found "${text}"`);
}
