import type { RepeatOptions } from './repeated-source.js';

/** Settings of a source besides its place. Plain data: it crosses threads. */
export interface SourceOptions {
  /**
   * Frames per second: of pictures (20 when left out), in place of a video's own times, or requested of a camera. A source
   * that does none of this is refused if its rate is another.
   */
  rateHz?: number;
  /** True if a recording may keep its own times in spite of `rateHz`, with a note: one pipeline file plays many drives. */
  mayKeepTimes?: true;
  /** Topic of the pictures in a recording; the one with the most pictures when left out. */
  topic?: string;
  /** Requested size of a camera or GStreamer pipeline, pixels; any other source is refused if its frames have another. */
  widthPx?: number;
  heightPx?: number;
  /** Pixel format of the frames of a live source; rgb8 when left out. */
  format?: 'rgb8' | 'nv12';
  /**
   * Also deliver each frame as the camera gives it (MJPEG), for a recording that keeps it untouched; `if-free`: only if
   * the source reads JPEG anyway, for viewers.
   */
  keepsCoded?: boolean | 'if-free';
  /** Also deliver the driver's steering, if the recording holds it (`SourceFrame.driverSteeringRad`). */
  readsDriver?: boolean;
  /** Play a recorded drive repeatedly. */
  repeat?: RepeatOptions;
  /** Programs to use in place of those on the search path. */
  ffmpegPath?: string;
  ffprobePath?: string;
  gstLaunchPath?: string;
  v4l2CtlPath?: string;
}
