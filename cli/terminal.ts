import type { WriteStream } from 'node:tty';

/** Leaves room for the cursor, so that a full line never wraps. */
const marginColumns = 1;

/**
 * Standard output for the command's result, standard error for its progress. A reader that closes early (`windshield
 * ... | head`) is not an error; nothing more is then written.
 */
export class Terminal {
  /** True if the live line can be redrawn in place. */
  readonly isInteractive: boolean;
  #isLineShown = false;
  #isOutputClosed = false;

  constructor(
    readonly output: NodeJS.WritableStream = process.stdout,
    readonly progress: NodeJS.WritableStream = process.stderr,
    /** Called once when the reader of standard output has closed it. */
    readonly onOutputClosed: () => void = () => {},
  ) {
    this.isInteractive = (progress as WriteStream).isTTY === true;
    output.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (!this.#isOutputClosed) onOutputClosed();
      this.#isOutputClosed = true;
    });
    progress.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }

  /** The command's result: a table or a document. */
  print(text: string): void {
    this.clearLive();
    if (!this.#isOutputClosed) this.output.write(`${text}\n`);
  }

  /** A line about the progress that stays. */
  note(text: string): void {
    this.clearLive();
    this.progress.write(`${text}\n`);
  }

  /** Draws the live line over the previous one. Only if isInteractive. */
  showLive(text: string): void {
    const columns = (this.progress as WriteStream).columns ?? 80;
    const shown = [...text].slice(0, columns - marginColumns).join('');
    this.progress.write(`\r\u001b[2K${shown}`);
    this.#isLineShown = true;
  }

  /** Resolves when everything written has left the process, or cannot. */
  async flushed(): Promise<void> {
    for (const stream of [this.output, this.progress])
      await new Promise<void>((resolve) => stream.write('', () => resolve()));
  }

  clearLive(): void {
    if (this.#isLineShown) this.progress.write('\r\u001b[2K');
    this.#isLineShown = false;
  }
}
