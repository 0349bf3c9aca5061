import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { PartialFile } from '../../../src/files/partial-file.js';
import { PerceptionError } from '../../../src/frame/perception-error.js';

export type FilmKind = 'mp4' | 'gif';

/** A GIF has one palette for all of its frames, here of 64 colours. */
const encodings: Readonly<Record<FilmKind, readonly string[]>> = {
  mp4: [
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '24', '-pix_fmt', 'yuv420p'],
    // A pipe cannot seek back, so the index precedes each fragment.
    ...['-movflags', 'frag_keyframe+empty_moov', '-f', 'mp4'],
  ],
  gif: [
    '-filter_complex',
    'split[a][b];[a]palettegen=max_colors=64:stats_mode=diff[p];[b][p]paletteuse=dither=none:diff_mode=rectangle',
    ...['-f', 'gif'],
  ],
};

/** Encodes pictures of one size as a film with ffmpeg. The file appears only when it is complete. */
export class FilmEncoder {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #file: PartialFile;
  readonly #written: Promise<void>;
  readonly #ended: Promise<number | null>;
  #complaint = '';
  #failure: unknown;

  /** Throws ERR_OUTPUT if the file cannot be written; a missing ffmpeg shows at the first picture. */
  constructor(
    path: string,
    kind: FilmKind,
    { widthPx, heightPx }: { widthPx: number; heightPx: number },
    rateHz: number,
  ) {
    this.#file = PartialFile.create(path);
    const size = `${widthPx}x${heightPx}`;
    const input = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', size, '-r', `${rateHz}`, '-i', '-'];
    const quiet = ['-hide_banner', '-loglevel', 'error', '-nostdin', '-threads', '1'];
    this.#child = spawn('ffmpeg', [...quiet, ...input, ...encodings[kind], '-']);
    this.#child.stdin.on('error', () => {});
    this.#child.stderr.on('data', (text) => {
      this.#complaint = `${this.#complaint}${text}`.slice(-500);
    });
    this.#ended = new Promise((resolve) => {
      this.#child.on('error', (error) => {
        this.#failure = error;
        resolve(null);
      });
      this.#child.on('close', resolve);
    });
    this.#written = this.#keep();
    this.#written.catch(() => {});
  }

  async #keep(): Promise<void> {
    for await (const chunk of this.#child.stdout) await this.#file.append(chunk as Uint8Array);
  }

  /** Takes a picture's rgb8 pixels; they may be reused once the promise resolves. */
  async add(pixels: Uint8Array): Promise<void> {
    if (this.#failure !== undefined || this.#child.exitCode !== null) throw await this.#error();
    const isTaken = this.#child.stdin.write(Buffer.from(pixels));
    // Not `once` of events, which would reject with the broken pipe in place of what ffmpeg said.
    if (!isTaken)
      await Promise.race([
        new Promise((resolve) => this.#child.stdin.once('drain', resolve)),
        this.#ended,
      ]);
  }

  /** Ends the film. If ffmpeg or the disk failed, rejects with ERR_OUTPUT and leaves no file. */
  async close(): Promise<void> {
    this.#child.stdin.end();
    const code = await this.#ended;
    try {
      await this.#written;
    } catch (error) {
      this.#failure ??= error;
    }
    if (code !== 0 || this.#failure !== undefined) throw await this.#error();
    await this.#file.close();
  }

  /** Discards the film. */
  async abort(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
    this.#file.abort();
  }

  async #error(): Promise<PerceptionError> {
    await this.#ended;
    this.#file.abort();
    const { path } = this.#file;
    const failure = this.#failure as { code?: string; message?: string } | undefined;
    const found =
      failure?.code === 'ENOENT'
        ? 'no program ffmpeg'
        : this.#complaint.trim().split('\n').at(-1) || failure?.message || 'ffmpeg that ended';
    return new PerceptionError('ERR_OUTPUT', `${path}: expected a film by ffmpeg, found ${found}`, {
      cause: this.#failure,
    });
  }
}
