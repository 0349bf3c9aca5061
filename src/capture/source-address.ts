import { PerceptionError } from '../frame/perception-error.js';
import type { AskedControls } from './camera-controls.js';
import { withoutCredentials } from './credentials.js';

/** The requested mode of a camera or stream. */
export interface AskedMode {
  widthPx?: number;
  heightPx?: number;
  rateHz?: number;
  /** For a camera: the format on its cable, such as `mjpeg`; `nv12` also makes the frames NV12. */
  format?: string;
  /** Time without a frame after which the source is lost, milliseconds. */
  stallMs?: number;
  /** For a camera: exposure and colour. */
  controls?: AskedControls;
}

type Read = (text: string) => Partial<AskedMode> | undefined;

const above0 = (text: string, most: number): number | undefined => {
  const value = Number(text);
  return text !== '' && value > 0 && value <= most ? value : undefined;
};

/** Reads `auto` or a number up to `most` into this control. */
const control =
  (key: keyof AskedControls, most: number): Read =>
  (text) => {
    const value = text === 'auto' ? text : above0(text, most);
    return value === undefined ? undefined : { controls: { [key]: value } };
  };

/** Every key, what is expected of its value, and how it is read. */
const keys: Readonly<Record<string, { expected: string; read: Read }>> = {
  size: {
    expected: 'a size such as 1280x720',
    read: (text) => {
      const [, width, height] = /^(\d{1,5})x(\d{1,5})$/.exec(text) ?? [];
      const widthPx = above0(width ?? '', 16384);
      const heightPx = above0(height ?? '', 16384);
      return widthPx && heightPx ? { widthPx, heightPx } : undefined;
    },
  },
  rate: {
    expected: 'frames a second above 0, at most 1000',
    read: (text) => {
      const rateHz = above0(text, 1000);
      return rateHz === undefined ? undefined : { rateHz };
    },
  },
  format: {
    expected: 'a pixel format such as mjpeg, yuyv422 or nv12',
    read: (text) => (/^[a-z0-9_]{2,20}$/i.test(text) ? { format: text.toLowerCase() } : undefined),
  },
  exposure: {
    expected: 'auto, or milliseconds above 0, at most 10000',
    read: control('exposureMs', 10_000),
  },
  gain: {
    expected: "auto, or the driver's steps above 0",
    read: control('gain', 1_000_000),
  },
  whitebalance: {
    expected: 'auto, or kelvin above 0, at most 20000',
    read: control('whiteBalanceK', 20_000),
  },
  stall: {
    expected: 'seconds above 0, at most 3600',
    read: (text) => {
      const stallS = above0(text, 3600);
      return stallS === undefined ? undefined : { stallMs: stallS * 1000 };
    },
  },
};

/**
 * Splits `<place><mark>key=value&key=value` at the first `mark`: `?` for a camera, `#` for a network address, whose query
 * belongs to the server. `allowed` lists the valid keys. Throws ERR_USAGE for an unknown key (the known ones are named)
 * or an invalid value, and for a `#` in a password.
 */
export function splitAsked(
  location: string,
  mark: '?' | '#',
  allowed: readonly string[] = Object.keys(keys),
): { place: string; asked: AskedMode } {
  const at = location.indexOf(mark);
  if (at < 0) return { place: location, asked: {} };
  // What follows would be quoted, and be the end of a password.
  if (mark === '#' && location.includes('@', at))
    throw usage(location, 'expected %23 in place of a # in the name or the password');
  const place = location.slice(0, at);
  const asked: AskedMode = {};
  for (const part of location.slice(at + 1).split('&')) {
    const [name = '', value = ''] = part.split(/=(.*)/s);
    const key = allowed.includes(name) ? keys[name] : undefined;
    if (key === undefined)
      throw usage(location, `expected one of ${allowed.join(', ')}; found "${name}"`);
    const read = key.read(value);
    if (read === undefined)
      throw usage(location, `${name}: expected ${key.expected}; found "${value}"`);
    const { controls = asked.controls, ...rest } = read;
    Object.assign(asked, rest, controls && { controls: { ...asked.controls, ...controls } });
  }
  return { place, asked };
}

function usage(location: string, what: string): PerceptionError {
  return new PerceptionError('ERR_USAGE', `${withoutCredentials(location)}: ${what}`);
}
