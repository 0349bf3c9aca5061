import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FinishedPiece } from './finish-recordings.js';
import { interruptedPieces, setAside } from './interrupted-recording.js';

/** Turns what dead pipelines had recorded into ordinary recordings. */
export class RecordingKeeper {
  /** Path of the recording, known from the first pipeline that recorded. */
  #path = '';
  #finishing: Promise<void> = Promise.resolve();
  readonly #note: (text: string) => void;

  constructor(note: (text: string) => void) {
    this.#note = note;
  }

  /** Takes the path that the pipeline records to; empty if it does not record. */
  recordsTo(path: string): void {
    if (path !== '') this.#path = path;
  }

  /** Numbers the recording of a dead pipeline. Call it only while no pipeline records. */
  setAside(): void {
    this.#try(() => setAside(this.#path));
  }

  /** Finishes the recordings set aside, in a separate process; resolves when that is done. Never rejects. */
  finish(): Promise<void> {
    this.#finishing = this.#finishing.then(async () => {
      if (this.#try(() => interruptedPieces(this.#path).length > 0)) await this.#run();
    });
    return this.#finishing;
  }

  #run(): Promise<void> {
    const script = fileURLToPath(new URL('./finish-process.js', import.meta.url));
    return new Promise((resolve) => {
      execFile(process.execPath, [script, this.#path], (error, stdout, stderr) => {
        for (const line of stdout.split('\n').filter(Boolean)) {
          const { path, frames } = JSON.parse(line) as FinishedPiece;
          this.#note(`what was recorded until then is in ${path}: ${frames} results`);
        }
        const reason = stderr.split('\n').find((line) => line.includes('Error')) ?? error?.message;
        if (error !== null) this.#note(`an interrupted recording is left as it is: ${reason}`);
        resolve();
      });
    });
  }

  /** A failing disk must not end the supervision. */
  #try<T>(action: () => T): T | undefined {
    if (this.#path === '') return undefined;
    try {
      return action();
    } catch (error) {
      this.#note(`an interrupted recording is left as it is: ${(error as Error).message}`);
      return undefined;
    }
  }
}
