import type { ProcessExit } from '../codec/raw-frame-process.js';
import { type FrameLayout, packedRgbLayout } from '../frame/frame.js';
import type { FrameSource } from '../frame/frame-source.js';
import { hasErrorCode, PerceptionError } from '../frame/perception-error.js';
import type { CameraOptions } from './camera-source.js';
import { withoutCredentials } from './credentials.js';
import { LiveSource } from './live-source.js';
import type { LiveStream, StreamFrame } from './live-stream.js';
import { loadOpenCv, type OpenCv, type OpenCvCapture, type OpenCvMat } from './load-opencv.js';

/** CAP_PROP_FPS. */
const rateProperty = 5;

/**
 * Opens OpenCV's `VideoCapture`: a number, a device, an address or a pipeline, as it takes them. Frames are rgb8 and have
 * the time of their arrival. OpenCV allocates each frame: prefer `camera:`. Rejects with ERR_TOOL_MISSING if
 * @u4/opencv4nodejs is not set up, or ERR_SOURCE_FORMAT.
 */
export async function openOpenCv(
  place: string,
  { retryMs, stallMs }: CameraOptions = {},
): Promise<FrameSource> {
  const cv = loadOpenCv('a source "opencv:"', 'or read the camera by "camera:/dev/video0"');
  const start = () => OpenCvStream.start(cv, place);
  const first = await start();
  const info = {
    name: withoutCredentials(`opencv:${place}`),
    layout: first.layout,
    nominalRateHz: first.rateHz,
    frameCount: undefined,
  };
  return LiveSource.open(
    { info, start, program: 'OpenCV', endsInOrder: false, retryMs, stallMs },
    first,
  );
}

class OpenCvStream implements LiveStream {
  readonly layout: FrameLayout;
  readonly rateHz: number | undefined;
  readonly #cv: OpenCv;
  readonly #capture: OpenCvCapture;
  #first: OpenCvMat | undefined;
  #isStopped = false;

  private constructor(cv: OpenCv, capture: OpenCvCapture, first: OpenCvMat) {
    this.#cv = cv;
    this.#capture = capture;
    this.#first = first;
    this.layout = packedRgbLayout(first.cols, first.rows);
    const rateHz = capture.get(rateProperty);
    this.rateHz = rateHz > 0 && rateHz <= 1000 ? rateHz : undefined;
  }

  static async start(cv: OpenCv, place: string): Promise<OpenCvStream> {
    const refused = (reason: string) =>
      new PerceptionError(
        'ERR_SOURCE_FORMAT',
        withoutCredentials(`cannot read opencv:${place}: ${reason}`),
      );
    let capture: OpenCvCapture | undefined;
    try {
      capture = new cv.VideoCapture(/^\d+$/.test(place) ? Number(place) : place);
      const first = await capture.readAsync();
      if (first.empty) throw refused('no frame');
      return new OpenCvStream(cv, capture, first);
    } catch (error) {
      capture?.release();
      throw hasErrorCode(error) ? error : refused((error as Error).message);
    }
  }

  async read(into: Uint8Array): Promise<StreamFrame | ProcessExit> {
    const ended = (lastWords: string) => ({ code: 1, signal: null, lastWords, partialBytes: 0 });
    try {
      const mat = this.#first ?? (await this.#capture.readAsync());
      this.#first = undefined;
      if (this.#isStopped || mat.empty) return ended('no more frames');
      const { cols, rows } = mat;
      if (cols !== this.layout.widthPx || rows !== this.layout.heightPx)
        return { wrongSize: `${cols}x${rows}` };
      const rgb = await mat.cvtColorAsync(this.#cv.COLOR_BGR2RGB);
      const pixels = await rgb.getDataAsync();
      // After a stop, the buffer belongs to another frame.
      if (this.#isStopped) return ended('stopped');
      into.set(pixels);
      return {};
    } catch (error) {
      return ended((error as Error).message);
    }
  }

  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#capture.release();
  }
}
