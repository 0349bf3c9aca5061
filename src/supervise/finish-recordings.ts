import { rm } from 'node:fs/promises';
import { copyRecordings } from '../recording/copy-recording.js';
import { cameraTopics, withoutCamera } from '../recording/recorded-cameras.js';
import { RecordingReader } from '../recording/recording-reader.js';
import { type InterruptedPiece, interruptedPieces } from './interrupted-recording.js';

/** The result of finishing one piece. */
export interface FinishedPiece {
  path: string;
  /** Results in it. */
  frames: number;
  /** Bytes after the last complete record: those being written when the pipeline died. */
  cutBytes: number;
}

/**
 * Finishes every interrupted piece of a recording: everything readable in it is copied into a recording with an index, then
 * the interrupted file is removed. A piece without results and pictures leaves nothing. One that cannot be read stays; the
 * others are finished, then it rejects with the first error. `onFinished` is called with each finished piece.
 */
export async function finishRecordings(
  path: string,
  onFinished: (piece: FinishedPiece) => void = () => {},
): Promise<FinishedPiece[]> {
  const finished: FinishedPiece[] = [];
  const faults: unknown[] = [];
  for (const piece of interruptedPieces(path)) {
    try {
      const result = await finish(piece);
      await rm(piece.interruptedPath);
      if (result === undefined) continue;
      finished.push(result);
      onFinished(result);
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length > 0) throw faults[0];
  return finished;
}

async function finish(piece: InterruptedPiece): Promise<FinishedPiece | undefined> {
  const { interruptedPath, path, number } = piece;
  const reader = await openUnlessEmpty(interruptedPath);
  if (reader === undefined) return undefined;
  const { cutBytes, channels } = reader;
  await reader.close();
  const isWorthKeeping = channels.some(
    ({ topic, messageCount }) => messageCount > 0 && cameraTopics.includes(withoutCamera(topic)),
  );
  if (!isWorthKeeping) return undefined;
  const { messages } = await copyRecordings([interruptedPath], path, {
    facts: { number: String(number), cutBytes: String(cutBytes) },
    factsName: 'windshield.interrupted',
  });
  const counts = Object.entries(messages).filter(
    ([topic]) => withoutCamera(topic) === 'perception',
  );
  return { path, frames: counts.reduce((sum, [, count]) => sum + count, 0), cutBytes };
}

/** Undefined if the pipeline died before the first byte. */
async function openUnlessEmpty(path: string): Promise<RecordingReader | undefined> {
  try {
    return await RecordingReader.open(path);
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_SOURCE_EMPTY') return undefined;
    throw error;
  }
}
