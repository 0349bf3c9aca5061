import { execFile } from 'node:child_process';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { isBefore51 } from '../codec/ffmpeg-version.js';
import { toolMissing } from '../codec/raw-frame-process.js';
import { PerceptionError } from '../frame/perception-error.js';

const run = promisify(execFile);
/** An hour of video lists about 5 MB of packets. */
const maxProbeBytes = 256 * 1024 * 1024;

/** ffprobe's facts about the first video stream. */
export interface VideoFacts {
  widthPx: number;
  heightPx: number;
  rateHz: number | undefined;
  /** Frames that the container announces, or undefined if it does not. */
  announcedFrames: number | undefined;
  /** Name of the codec, as ffmpeg calls it. */
  codec: string;
  /** Packets of frames that are shown, in the order of the file; none if they were not requested. */
  packets: {
    /** Presentation time, seconds, if the container has one. */
    timeS: number | undefined;
    hasDecodingTime: boolean;
  }[];
  /** Degrees clockwise by which the file is to be rotated, as for films of a phone held upright; 0 to 359. */
  turnDeg: number;
  /** True for ffmpeg before 5.1, which has another name for an option. */
  isOld: boolean;
}

interface ProbeOutput {
  program_version?: { version?: string };
  packets?: { pts_time?: string; dts_time?: string; flags?: string }[];
  streams?: {
    codec_name?: string;
    width?: number;
    height?: number;
    avg_frame_rate?: string;
    r_frame_rate?: string;
    nb_frames?: string;
    side_data_list?: { rotation?: number }[];
    tags?: { rotate?: string };
  }[];
}

/** Returns the ffprobe next to ffmpeg. */
export function ffprobeBeside(ffmpegPath: string | undefined): string {
  if (ffmpegPath === undefined || basename(ffmpegPath) === ffmpegPath) return 'ffprobe';
  return join(dirname(ffmpegPath), 'ffprobe');
}

/**
 * Runs ffprobe on the first video stream of an input (arguments such as `['-f', 'v4l2', '/dev/video0']`). `withPackets`
 * reads the whole file's index for the time of every frame; not for live inputs. Rejects with ERR_TOOL_MISSING, or
 * ERR_SOURCE_FORMAT if there is no video to read.
 */
export async function probeVideo(
  ffprobePath: string,
  input: readonly string[],
  name: string,
  withPackets: boolean,
): Promise<VideoFacts> {
  const entries = ['stream=codec_name,width,height,avg_frame_rate,r_frame_rate,nb_frames'];
  entries.push('stream_side_data=rotation', 'stream_tags=rotate');
  if (withPackets) entries.push('packet=pts_time,dts_time,flags');
  const probeArguments = ['-v', 'error', '-of', 'json', '-show_program_version'];
  probeArguments.push('-select_streams', 'v:0', '-show_entries', entries.join(':'), ...input);
  let output: ProbeOutput;
  try {
    const options = { maxBuffer: maxProbeBytes };
    output = JSON.parse((await run(ffprobePath, probeArguments, options)).stdout) as ProbeOutput;
  } catch (cause) {
    const { code, stderr } = cause as { code?: unknown; stderr?: string };
    if (code === 'ENOENT' || code === 'EACCES') throw toolMissing(ffprobePath, cause);
    const reason = stderr?.trim().split('\n').at(-1) || String(cause);
    throw new PerceptionError('ERR_SOURCE_FORMAT', `cannot read video ${name}: ${reason}`, {
      cause,
    });
  }
  const stream = output.streams?.[0];
  if (stream === undefined || !stream.width || !stream.height) {
    throw new PerceptionError('ERR_SOURCE_FORMAT', `expected video in ${name}, found none`);
  }
  // Packets marked D are decoded but never shown (an edit list cuts them away).
  const packets = output.packets ?? [];
  const shown = packets.filter(({ flags }) => !flags?.includes('D'));
  const announced = Number(stream.nb_frames);
  return {
    widthPx: stream.width,
    heightPx: stream.height,
    rateHz: rateIn(stream.avg_frame_rate) ?? rateIn(stream.r_frame_rate),
    announcedFrames: announced > 0 ? announced - (packets.length - shown.length) : undefined,
    codec: stream.codec_name ?? '',
    turnDeg: turnOf(stream),
    packets: shown.map(({ pts_time, dts_time }) => ({
      timeS: secondsIn(pts_time),
      hasDecodingTime: secondsIn(dts_time) !== undefined,
    })),
    isOld: isBefore51(output.program_version?.version),
  };
}

/** The display matrix turns counter-clockwise; the tag of older files, clockwise. */
function turnOf({ side_data_list: sideData = [], tags }: NonNullable<ProbeOutput['streams']>[0]) {
  const matrixDeg = sideData.find(({ rotation }) => rotation !== undefined)?.rotation;
  const deg = matrixDeg === undefined ? Number(tags?.rotate ?? 0) : -matrixDeg;
  return Number.isFinite(deg) ? ((Math.round(deg) % 360) + 360) % 360 : 0;
}

function secondsIn(text: string | undefined): number | undefined {
  const seconds = Number(text ?? 'none');
  return Number.isFinite(seconds) ? seconds : undefined;
}

/** "30000/1001" as a number; undefined for "0/0". */
function rateIn(fraction: string | undefined): number | undefined {
  const [numerator, denominator] = (fraction ?? '').split('/').map(Number);
  const rate = numerator! / denominator!;
  return Number.isFinite(rate) && rate > 0 ? rate : undefined;
}
