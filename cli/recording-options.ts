import { InvalidArgumentError, Option } from 'commander';
import { recordedPictures } from '../src/outputs/output-settings.js';

/** Limits at which a recording continues in the next numbered file. */
export interface RecordingSplit {
  megabytes?: number;
  seconds?: number;
}

export function splitOption(): Option {
  return new Option(
    '--split <size|time>',
    'record into numbered files, each ended at a size (500MB, 2GB) or a length (30s, 5m)',
  ).argParser(parseSplit);
}

export function picturesOption(): Option {
  return new Option(
    '--pictures <how>',
    "pictures encoded as jpeg, or as video (h264, by ffmpeg); or a camera's own MJPEG bytes, untouched (camera)",
  ).choices(recordedPictures);
}

export function keepOption(): Option {
  return new Option(
    '--keep <time>',
    'keep only the last part of the drive (30s, 10m), and what SIGUSR2 or the key k saved',
  ).argParser(parseTime);
}

/** Parses a size or a time. */
export function parseSplit(text: string): RecordingSplit {
  const size = /^([\d.]+)\s*(MB|GB)$/i.exec(text);
  if (size === null) return { seconds: parseTime(text) };
  const megabytes = Number(size[1]) * (size[2]!.toUpperCase() === 'GB' ? 1000 : 1);
  if (megabytes >= 1 && megabytes <= 1_000_000) return { megabytes };
  throw new InvalidArgumentError('expected 1MB to 1000GB.');
}

/** Seconds in a time such as 30s, 10m or 2h, or in a bare number of seconds. */
export function parseTime(text: string): number {
  const match = /^([\d.]+)\s*(s|m|min|h)?$/.exec(text);
  const factor = { s: 1, m: 60, min: 60, h: 3600 }[match?.[2] ?? 's'] ?? 1;
  const seconds = Number(match?.[1]) * factor;
  if (seconds >= 1 && seconds <= 86_400) return seconds;
  throw new InvalidArgumentError('expected a time such as 30s, 10m or 2h, up to 24h.');
}
