import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { toolMissing } from '../codec/raw-frame-process.js';
import { hasErrorCode } from '../frame/perception-error.js';

const run = promisify(execFile);
const patienceMs = 5000;

/** A camera's format and its sizes. */
export interface CameraMode {
  /** ffmpeg's name, as `format=` takes it. */
  format: string;
  /** Such as `1280x720`. */
  sizes: readonly string[];
}

/** `[video4linux2,v4l2 @ 0x…] Raw       :     yuyv422 :           YUYV 4:2:2 : 640x480 1280x720`. */
export function parseModes(text: string): CameraMode[] {
  return text.split('\n').flatMap((line) => {
    const [, format, sizes] = /(?:Raw|Compressed) *: *(\w+) *:.*: ([\dx {}\-,]+)$/.exec(line) ?? [];
    return format === undefined ? [] : [{ format, sizes: sizes!.trim().split(/ +(?=\d)/) }];
  });
}

/**
 * Lists the modes that the driver reports for a camera. Rejects with ERR_TOOL_MISSING; empty if the device reports none.
 */
export async function listModes(device: string, ffmpegPath = 'ffmpeg'): Promise<CameraMode[]> {
  const list = ['-hide_banner', '-f', 'v4l2', '-list_formats', 'all', '-i', device];
  try {
    const { stderr } = await run(ffmpegPath, list, { timeout: patienceMs });
    return parseModes(stderr);
  } catch (error) {
    // ffmpeg exits with an error after the list, as it was given nothing to do.
    const { code, stderr = '' } = error as { code?: unknown; stderr?: string };
    if (code === 'ENOENT' || code === 'EACCES') throw toolMissing(ffmpegPath, error);
    if (hasErrorCode(error)) throw error;
    return parseModes(stderr);
  }
}
