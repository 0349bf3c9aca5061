import type { FrameSource } from '../frame/frame-source.js';
import { PerceptionError } from '../frame/perception-error.js';
import { withoutCredentials } from './credentials.js';
import type { SourceOptions } from './source-options.js';

/** Programs and packages outside the project that a source needs. */
export type SourceProgram = 'ffmpeg' | 'ffprobe' | 'gst-launch-1.0' | '@u4/opencv4nodejs';

/** One kind of source. */
export interface SourceRow {
  /** For people, in one or two words. */
  readonly kind: string;
  /** Words before the colon of an address; empty for a source at a path, which is recognised by its contents. */
  readonly schemes: readonly string[];
  /** How it is written, for people. */
  readonly example: string;
  readonly programs: readonly SourceProgram[];
  /**
   * True if frames come when a camera takes them: it cannot be opened twice, and when its frames stop it is lost, not
   * ended.
   */
  readonly isLive: boolean;
  /** True if a recording may keep its pictures as they came (`SourceOptions.keepsCoded`). */
  readonly keepsCoded?: true;
  /** True if a size may be asked of it; of any other source it must be the one that it gives. */
  readonly takesSize?: true;
  /** True if a rate may be asked of it, or its frames are timed at that rate, or it answers such a request itself. */
  readonly takesRate?: true;
  /** `location` includes the scheme. */
  open(location: string, options: SourceOptions): Promise<FrameSource>;
}

// Each imports its own file, so that code for other kinds (MCAP, pictures) is not loaded.
const rows = {
  camera: {
    kind: 'camera',
    schemes: ['camera'],
    example: 'camera:/dev/video0?size=1280x720&rate=30&format=mjpeg',
    programs: ['ffmpeg'],
    isLive: true,
    keepsCoded: true,
    takesSize: true,
    takesRate: true,
    open: async (location, options) =>
      (await import('./camera-source.js')).openCamera(location.slice('camera:'.length), options),
  },
  network: {
    kind: 'network camera',
    schemes: ['rtsp', 'rtsps', 'http', 'https'],
    example: 'rtsp://camera.local/front',
    programs: ['ffmpeg'],
    isLive: true,
    keepsCoded: true,
    open: async (location, options) =>
      (await import('./network-source.js')).openNetworkCamera(location, options),
  },
  gstreamer: {
    kind: 'GStreamer pipeline',
    schemes: ['gstreamer'],
    example: 'gstreamer:nvarguscamerasrc ! video/x-raw(memory:NVMM),width=1280,height=720',
    programs: ['gst-launch-1.0'],
    isLive: true,
    takesSize: true,
    takesRate: true,
    open: async (location, options) =>
      (await import('./gstreamer-source.js')).openGstreamer(
        location.slice('gstreamer:'.length),
        options,
      ),
  },
  opencv: {
    kind: "OpenCV's VideoCapture",
    schemes: ['opencv'],
    example: 'opencv:0',
    programs: ['@u4/opencv4nodejs'],
    isLive: true,
    open: async (location, options) =>
      (await import('./opencv-source.js')).openOpenCv(location.slice('opencv:'.length), options),
  },
  recording: {
    kind: 'recording',
    schemes: [],
    example: 'drive.mcap',
    programs: [],
    isLive: false,
    keepsCoded: true,
    takesRate: true,
    open: async (location, options) =>
      (await import('./recording-source.js')).openRecording(location, options),
  },
  folder: {
    kind: 'folder of pictures',
    schemes: [],
    example: 'pictures/',
    programs: [],
    isLive: false,
    takesRate: true,
    open: async (location, options) =>
      (await import('./folder-source.js')).openFolder(location, options),
  },
  udacity: {
    kind: 'Udacity drive',
    schemes: [],
    example: 'a folder with driving_log.csv',
    programs: [],
    isLive: false,
    takesRate: true,
    open: async (location, options) =>
      (await import('./picture-source.js')).openUdacityFolder(location, options),
  },
  donkeycar: {
    kind: 'donkeycar tub',
    schemes: [],
    example: 'a folder with manifest.json',
    programs: [],
    isLive: false,
    takesRate: true,
    open: async (location, options) =>
      (await import('./picture-source.js')).openDonkeycarTub(location, options),
  },
  picture: {
    kind: 'picture',
    schemes: [],
    example: 'frame.png',
    programs: [],
    isLive: false,
    takesRate: true,
    open: async (location, options) =>
      (await import('./picture-source.js')).openPicture(location, options),
  },
  video: {
    kind: 'video',
    schemes: [],
    example: 'drive.mp4',
    programs: ['ffmpeg', 'ffprobe'],
    isLive: false,
    takesRate: true,
    open: async (location, options) =>
      (await import('./video-source.js')).openVideo(location, options),
  },
} satisfies Record<string, SourceRow>;

export type SourceKind = keyof typeof rows;
/** Kinds of sources at a path, as `recogniseSource` finds them. */
export type PathKind = {
  [Kind in SourceKind]: (typeof rows)[Kind]['schemes'] extends readonly never[] ? Kind : never;
}[SourceKind];

/** Every kind of source, one row each. Opening, the pipeline file's check, `doctor` and docs/sources.md follow it. */
export const sourceTable: Readonly<Record<SourceKind, SourceRow>> = rows;

/** The schemes that are known, for messages. */
export const knownSchemes: readonly string[] = Object.values(sourceTable).flatMap(
  ({ schemes }) => schemes,
);

/**
 * Returns the row of an address (`rtsp://…`, `camera:…`); undefined for a path. A single letter before the colon is a
 * Windows drive, and an unknown word before a colon without `//` may be part of a file name. Throws ERR_USAGE for an
 * address of an unknown scheme.
 */
export function addressRow(location: string): SourceRow | undefined {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(location)?.[1]?.toLowerCase();
  if (scheme === undefined) return undefined;
  const row = Object.values(sourceTable).find(({ schemes }) => schemes.includes(scheme));
  if (row !== undefined || !location.slice(scheme.length).startsWith('://')) return row;
  throw new PerceptionError(
    'ERR_USAGE',
    `expected a path, or an address that begins with ${knownSchemes.map((known) => `${known}:`).join(', ')}; found ${withoutCredentials(location)}`,
  );
}
