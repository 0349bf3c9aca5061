/** What the decoder reports about a frame before it delivers its pixels. */
export interface DecodedFrameFacts {
  /** Presentation time, seconds, on the container's own clock; undefined if it has none. */
  timeS: number | undefined;
  /** Size of the decoded frame, before ffmpeg fits it to that of the first one. */
  widthPx: number;
  heightPx: number;
}

/**
 * Reads ffmpeg's `showinfo` filter: one line per frame, before anything can resize or drop it. Its `pts_time` has six
 * digits, too few after the first quarter of an hour; `pts` and the time base are exact.
 */
export class ShowinfoLines {
  readonly #frames: DecodedFrameFacts[] = [];
  #timeBaseS = 0;
  #rest = '';
  #wake = (): void => {};
  #isOver = false;
  /** The last line that is an error. */
  lastWords = '';
  /** ffmpeg's name of the input's demuxer, such as `rtsp` or `video4linux2,v4l2`. */
  inputFormat = '';
  /** What the input is, such as `mjpeg, yuvj422p, 1280x720, 30 fps`. */
  inputStream = '';
  /** Frames per second that the input states. */
  frameRateHz: number | undefined;

  take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!.slice(-4096);
    for (const line of lines) this.#takeLine(line);
    this.#wake();
  }

  end(): void {
    this.#isOver = true;
    this.#wake();
  }

  /** The facts of the next frame; undefined when no more come. */
  async next(): Promise<DecodedFrameFacts | undefined> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame !== undefined || this.#isOver) return frame;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #takeLine(line: string): void {
    if (!line.includes('Parsed_showinfo')) {
      this.#takeInput(line);
      // A line without a level is not from ffmpeg itself; information and warnings do not explain an end.
      const isReason = /\[(error|fatal|panic)\] /.test(line) || !/\[\w+\] /.test(line);
      if (isReason && line.trim() !== '')
        this.lastWords = line.replace(/\[(error|fatal|panic)\] /, '').trim();
      return;
    }
    const base = /config in time_base: (\d+)\/(\d+)/.exec(line);
    if (base !== null) this.#timeBaseS = Number(base[1]) / Number(base[2]);
    const rate = /config in .* frame_rate: (\d+)\/(\d+)/.exec(line);
    if (rate !== null && Number(rate[1]) > 0) this.frameRateHz = Number(rate[1]) / Number(rate[2]);
    const frame = /\] n: *\d+ pts: *(-?\d+|NOPTS) .* s:(\d+)x(\d+) /.exec(line);
    if (frame === null) return;
    const timeS = frame[1] === 'NOPTS' ? undefined : Number(frame[1]) * this.#timeBaseS;
    this.#frames.push({ timeS, widthPx: Number(frame[2]), heightPx: Number(frame[3]) });
  }

  #takeInput(line: string): void {
    this.inputFormat ||= /Input #0, (.+?), from /.exec(line)?.[1] ?? '';
    this.inputStream ||= /Stream #0:\d+.*?: Video: (.*)/.exec(line)?.[1] ?? '';
  }
}
