import { H264Encoder, type H264Options } from '../../codec/video/h264-encoder.js';

/** An encoder that gives nothing for this long while frames wait is ended, milliseconds. */
const stallMs = 10_000;
/** An encoder that dies this often in a row, without a frame between, is not started again. */
const mostDeaths = 3;

/**
 * Encodes frames as H.264 for a whole recording: an encoder that dies or hangs is replaced, and the frames it held are
 * lost.
 */
export class VideoPictures {
  #encoder: H264Encoder;
  #deaths = 0;
  /** When the encoder last gave a frame, or had none to give, milliseconds. */
  #progressMs = performance.now();
  readonly #watch: NodeJS.Timeout;

  private constructor(encoder: H264Encoder) {
    this.#encoder = encoder;
    this.#watch = setInterval(() => this.#endStalled(), 1000);
    this.#watch.unref();
  }

  /** Rejects as H264Encoder.start does. */
  static async open(options: H264Options): Promise<VideoPictures> {
    return new VideoPictures(await H264Encoder.start(options));
  }

  /** As H264Encoder.encode; rejects every frame after the encoder has died for good. */
  encode(pixels: Uint8Array): { read: Promise<void>; coded: Promise<Uint8Array> } {
    if (this.#encoder.failure !== undefined && this.#deaths < mostDeaths) {
      this.#deaths++;
      this.#encoder = this.#encoder.again();
    }
    if (this.#encoder.waiting === 0) this.#progressMs = performance.now();
    const encoding = this.#encoder.encode(pixels);
    encoding.coded.then(
      () => {
        this.#deaths = 0;
        this.#progressMs = performance.now();
      },
      () => undefined,
    );
    return encoding;
  }

  async close(): Promise<void> {
    clearInterval(this.#watch);
    await this.#encoder.stop();
  }

  #endStalled(): void {
    const isStalled = performance.now() - this.#progressMs > stallMs;
    if (this.#encoder.waiting > 0 && isStalled) void this.#encoder.stop();
  }
}
