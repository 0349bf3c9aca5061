import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { toolMissing } from '../../src/codec/raw-frame-process.js';
import { PartialFile } from '../../src/files/partial-file.js';
import { PerceptionError } from '../../src/frame/perception-error.js';

export interface FilmFormat {
  widthPx: number;
  heightPx: number;
  /** Constant frame rate, frames a second. */
  rateHz: number;
}

/**
 * A film, written by the system's ffmpeg in a child process, in the format given by its file name extension. It
 * appears only when it is complete. Odd side lengths gain a black pixel, because H.264 halves the resolution of
 * colours.
 */
export class FilmFile {
  readonly #file: PartialFile;
  readonly #ffmpeg: ChildProcess;
  readonly #closed: Promise<number>;
  #lastWords = '';
  #isOver = false;

  private constructor(file: PartialFile, ffmpeg: ChildProcess) {
    this.#file = file;
    this.#ffmpeg = ffmpeg;
    ffmpeg.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-400);
    });
    // A broken pipe means that ffmpeg ended, and its own exit tells why.
    ffmpeg.stdin!.on('error', () => {});
    this.#closed = once(ffmpeg, 'close').then(([code]) => Number(code ?? 1));
  }

  /** Rejects with ERR_OUTPUT, or with ERR_TOOL_MISSING if there is no ffmpeg. */
  static async start(path: string, { widthPx, heightPx, rateHz }: FilmFormat): Promise<FilmFile> {
    // ffmpeg picks the format from the extension.
    const partial = path.replace(/(\.[^./]*)?$/, '.partial$1');
    const file = PartialFile.create(path, { partial });
    const raw = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${widthPx}x${heightPx}`];
    const even = ['-vf', 'pad=ceil(iw/2)*2:ceil(ih/2)*2'];
    const coded = [...even, '-pix_fmt', 'yuv420p', `file:${partial}`];
    const ffmpeg = spawn(
      'ffmpeg',
      ['-v', 'error', '-y', ...raw, '-r', String(rateHz), '-i', 'pipe:0', ...coded],
      { stdio: ['pipe', 'ignore', 'pipe'] },
    );
    await new Promise<void>((resolve, reject) => {
      ffmpeg.once('spawn', resolve);
      ffmpeg.once('error', (cause) => {
        file.abort();
        reject(toolMissing('ffmpeg', cause));
      });
    });
    return new FilmFile(file, ffmpeg);
  }

  /** Appends a frame: packed rgb8, which must not change afterwards. Rejects with ERR_OUTPUT if ffmpeg has ended. */
  async add(pixels: Uint8Array): Promise<void> {
    const { stdin } = this.#ffmpeg;
    // Not `once` of events, which would reject with the broken pipe in place of what ffmpeg said.
    if (!stdin!.write(pixels))
      await Promise.race([new Promise((resolve) => stdin!.once('drain', resolve)), this.#closed]);
    if (this.#ffmpeg.exitCode !== null || this.#ffmpeg.signalCode !== null) throw this.#failure();
  }

  /** Rejects with ERR_OUTPUT if the film could not be written. */
  async finish(): Promise<void> {
    this.#ffmpeg.stdin!.end();
    if ((await this.#closed) !== 0) throw this.#failure();
    this.#isOver = true;
    await this.#file.close();
  }

  /** Removes an unfinished film. May be called after `finish`. */
  async abort(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#ffmpeg.kill('SIGKILL');
    await this.#closed;
    this.#file.abort();
  }

  #failure(): PerceptionError {
    const words = this.#lastWords.trim().split('\n').at(-1) ?? '';
    return new PerceptionError('ERR_OUTPUT', `cannot write ${this.#file.path}: ffmpeg: ${words}`);
  }
}
