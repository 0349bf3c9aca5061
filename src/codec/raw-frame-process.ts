import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { PerceptionError } from '../frame/perception-error.js';

/** How a process ended that did not deliver another complete frame. */
export interface ProcessExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Last line of its error output. */
  lastWords: string;
  /** Bytes of a frame that it had only begun. */
  partialBytes: number;
}

/** Enough of the error output to quote its last line. */
const maxErrorChars = 4096;
const longestEndMs = 3000;

/**
 * A child process that writes frames of one size to its standard output, without anything between them. Its output is
 * read only on demand, so that the full pipe pauses it when no frames are wanted.
 */
export class RawFrameProcess {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #closed: Promise<void>;
  #rest: Buffer | undefined;
  #wake = (): void => {};
  #stderr = '';

  private constructor(
    child: ChildProcessByStdio<null, Readable, Readable>,
    errorLines?: { take(text: string): void; end(): void },
  ) {
    this.#child = child;
    const wake = (): void => this.#wake();
    child.stdout.on('readable', wake).on('end', wake).on('close', wake);
    // A broken pipe ends the frames; the exit says why.
    child.stdout.on('error', wake);
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-maxErrorChars);
      errorLines?.take(text);
    });
    this.#closed = new Promise((resolve) => {
      child.on('close', () => {
        errorLines?.end();
        resolve();
      });
    });
  }

  /**
   * Starts a program without a shell. `errorLines` gets its error output and `sideLines`, if given, what it writes to file
   * descriptor 3. It has no standard input unless `takesInput`: then `input` is set. Rejects with ERR_TOOL_MISSING if it
   * cannot be started.
   */
  static async start(
    program: string,
    programArguments: readonly string[],
    errorLines?: { take(text: string): void; end(): void },
    sideLines?: { take(text: string): void; end(): void },
    { takesInput = false } = {},
  ): Promise<RawFrameProcess> {
    const input = takesInput ? 'pipe' : 'ignore';
    const stdio = [input, 'pipe', 'pipe', ...(sideLines ? ['pipe' as const] : [])] as const;
    const child = spawn(program, programArguments, {
      stdio: [...stdio],
    }) as ChildProcessByStdio<null, Readable, Readable>;
    if (sideLines !== undefined) {
      const side = (child.stdio as unknown as Readable[])[3]!;
      side.setEncoding('utf8').on('data', (text: string) => sideLines.take(text));
      // A broken pipe shows as the end of the frames.
      side.on('error', () => {});
      child.on('close', () => sideLines.end());
    }
    // A broken pipe shows as the end of the frames.
    (child.stdio[0] as Writable | null)?.on('error', () => {});
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (cause) => reject(toolMissing(program, cause)));
    });
    return new RawFrameProcess(child, errorLines);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Standard input of the process; null unless it was started with `takesInput`. */
  get input(): Writable | null {
    return this.#child.stdio[0] as Writable | null;
  }

  /** Fills `into` with the next frame. Resolves with undefined, or with how the process ended before that. */
  async readFrame(into: Uint8Array): Promise<ProcessExit | undefined> {
    const { stdout } = this.#child;
    let filledBytes = 0;
    while (filledBytes < into.length) {
      const chunk: Buffer | null = this.#rest ?? stdout.read();
      if (chunk !== null) {
        const part = chunk.subarray(0, into.length - filledBytes);
        into.set(part, filledBytes);
        filledBytes += part.length;
        this.#rest = part.length < chunk.length ? chunk.subarray(part.length) : undefined;
      } else if (stdout.readableEnded || stdout.destroyed) {
        return this.#exit(filledBytes);
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
    return undefined;
  }

  /** Kills the process and waits until it is gone. */
  async stop(): Promise<void> {
    this.#child.stdout.destroy();
    this.#child.kill('SIGKILL');
    await this.#gone();
  }

  /** Waits until the process is gone, for at most `longestEndMs`: one that hangs in a device's driver survives its kill. */
  async #gone(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const bound = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, longestEndMs);
    });
    await Promise.race([this.#closed, bound]);
    clearTimeout(timer);
    // Its pipes would keep this process alive.
    this.#child.stderr.destroy();
    (this.#child.stdio as unknown as (Readable | undefined)[])[3]?.destroy();
    this.#child.unref();
  }

  async #exit(partialBytes: number): Promise<ProcessExit> {
    await this.#gone();
    const { exitCode: code, signalCode: signal } = this.#child;
    const lastWords = this.#stderr.trim().split('\n').at(-1) ?? '';
    return { code, signal, lastWords, partialBytes };
  }
}

/** The error for a program that is not installed or cannot be started. */
export function toolMissing(program: string, cause: unknown): PerceptionError {
  const code = (cause as NodeJS.ErrnoException).code;
  const found = code === 'ENOENT' ? 'no such program' : `that it cannot be started (${code})`;
  return new PerceptionError(
    'ERR_TOOL_MISSING',
    `expected the program ${program}, found ${found}: install it, or say where it is`,
    { cause },
  );
}

/** How a process ended, in words: "was killed by SIGKILL", "ended with code 1: no such device". */
export function describeExit(program: string, { code, signal, lastWords }: ProcessExit): string {
  const how = signal === null ? `ended with code ${code}` : `was killed by ${signal}`;
  return `${program} ${how}${lastWords === '' ? '' : `: ${lastWords}`}`;
}
