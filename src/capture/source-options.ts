import type { RepeatOptions } from './repeated-source.js';

/** What may be said of a source beside its place. Plain data: it crosses threads. */
export interface SourceOptions {
  /** Frames a second of pictures (20 when left out), or in place of a video's own times, or asked of a camera. */
  rateHz?: number;
  /** Topic of the pictures in a recording; that with the most pictures when left out. */
  topic?: string;
  /** Size asked of a camera or GStreamer pipeline, pixels. */
  widthPx?: number;
  heightPx?: number;
  /** Pixel format of the frames of a live source; rgb8 when left out. */
  format?: 'rgb8' | 'nv12';
  /**
   * Also deliver each frame as the camera gives it (MJPEG), for a recording that keeps it untouched; `if-free` where the
   * source reads JPEG anyway, for whoever looks.
   */
  keepsCoded?: boolean | 'if-free';
  /** Also say how the driver of a recording steered, where it holds that (`SourceFrame.driverSteeringRad`). */
  readsDriver?: boolean;
  /** Play a recorded drive round and round. */
  repeat?: RepeatOptions;
  /** Programs to use in place of those on the search path. */
  ffmpegPath?: string;
  ffprobePath?: string;
  gstLaunchPath?: string;
  v4l2CtlPath?: string;
}
