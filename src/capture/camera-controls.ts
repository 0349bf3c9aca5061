import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { toolMissing } from '../codec/raw-frame-process.js';
import { PerceptionError } from '../frame/perception-error.js';

const run = promisify(execFile);
const patienceMs = 5000;

/** Requested exposure and colour of a camera: `auto` or a number. A control that is left out stays as it is. */
export interface AskedControls {
  /** Milliseconds. */
  exposureMs?: 'auto' | number;
  /** In the driver's own steps. */
  gain?: 'auto' | number;
  /** White balance, kelvin. */
  whiteBalanceK?: 'auto' | number;
}

interface ControlRow {
  /** For people. */
  readonly words: string;
  readonly unit: string;
  /** The control that switches automatic mode: its names, newest first, and its values for on and off. */
  readonly automatic: { names: readonly string[]; on: number; off: number };
  readonly value: { names: readonly string[]; stepsPerUnit: number };
}

/** Video4Linux's controls (V4L2_CID_EXPOSURE_AUTO and others); kernels before 5.15 use other names for some. */
const rows: Readonly<Record<keyof AskedControls, ControlRow>> = {
  exposureMs: {
    words: 'exposure',
    unit: ' ms',
    // Aperture priority (3) and manual (1), as UVC cameras have them.
    automatic: { names: ['auto_exposure', 'exposure_auto'], on: 3, off: 1 },
    // In units of 100 microseconds.
    value: { names: ['exposure_time_absolute', 'exposure_absolute'], stepsPerUnit: 10 },
  },
  gain: {
    words: 'gain',
    unit: '',
    automatic: { names: ['gain_automatic', 'autogain'], on: 1, off: 0 },
    value: { names: ['gain', 'analogue_gain'], stepsPerUnit: 1 },
  },
  whiteBalanceK: {
    words: 'white balance',
    unit: ' K',
    automatic: {
      names: ['white_balance_automatic', 'white_balance_temperature_auto'],
      on: 1,
      off: 0,
    },
    value: { names: ['white_balance_temperature'], stepsPerUnit: 1 },
  },
};

/** A control as the driver lists it. */
interface Control {
  min: number;
  max: number;
}

/** Lines such as `gain 0x00980913 (int) : min=0 max=255 step=1 default=0 value=64`. */
export function parseControls(text: string): Map<string, Control> {
  const found = new Map<string, Control>();
  for (const line of text.split('\n')) {
    const [, name, said = ''] = /^\s*(\w+) 0x[0-9a-f]+ \(\w+\)\s*: (.*)/.exec(line) ?? [];
    if (name === undefined) continue;
    const number = (key: string) =>
      Number(new RegExp(`\\b${key}=(-?\\d+)`).exec(said)?.[1] ?? Number.NaN);
    // For a switch the driver lists no limits.
    found.set(name, { min: number('min') || 0, max: number('max') || 1 });
  }
  return found;
}

/**
 * Sets a camera's exposure, gain and white balance by `v4l2-ctl`, and reads them back. Resolves with one phrase for each,
 * such as `exposure asked 5 ms, came 5 ms`. A control that the camera lacks or sets otherwise is named there and is no
 * error. Rejects with ERR_TOOL_MISSING, or ERR_SOURCE_FORMAT if the device takes no controls at all.
 */
export async function askControls(
  device: string,
  asked: AskedControls,
  programPath = 'v4l2-ctl',
): Promise<string[]> {
  const wanted = Object.entries(asked) as [keyof AskedControls, 'auto' | number][];
  if (wanted.length === 0) return [];
  const has = parseControls(await tell(programPath, device, '--list-ctrls'));
  const phrases: string[] = [];
  for (const [key, value] of wanted) {
    const { words, unit, automatic, value: row } = rows[key];
    const said = `${words} asked ${value === 'auto' ? 'auto' : `${value}${unit}`}`;
    const switchName = automatic.names.find((name) => has.has(name));
    const valueName = row.names.find((name) => has.has(name));
    if ((value === 'auto' ? switchName : valueName) === undefined) {
      phrases.push(`${said}: the camera does not have it`);
      continue;
    }
    // The value is locked while the automatic is on.
    if (switchName !== undefined)
      await set(programPath, device, switchName, value === 'auto' ? automatic.on : automatic.off);
    const came: string[] = [];
    if (value !== 'auto') {
      const { min, max } = has.get(valueName!)!;
      const steps = Math.min(max, Math.max(min, Math.round(value * row.stepsPerUnit)));
      await set(programPath, device, valueName!, steps);
      came.push(`${(await get(programPath, device, valueName!)) / row.stepsPerUnit}${unit}`);
    }
    if (switchName !== undefined) {
      const isAuto = (await get(programPath, device, switchName)) !== automatic.off;
      if (value === 'auto') came.push(isAuto ? 'auto' : 'not auto');
      else if (isAuto) came.push('auto');
    }
    phrases.push(`${said}, came ${came.join(', ')}`);
  }
  return phrases;
}

/** A value that the driver refuses shows when it is read back. */
async function set(program: string, device: string, name: string, value: number): Promise<void> {
  await run(program, ['-d', device, `--set-ctrl=${name}=${value}`], { timeout: patienceMs }).catch(
    () => undefined,
  );
}

async function get(program: string, device: string, name: string): Promise<number> {
  return Number(/: *(-?\d+)/.exec(await tell(program, device, `--get-ctrl=${name}`))?.[1]);
}

async function tell(program: string, device: string, question: string): Promise<string> {
  try {
    return (await run(program, ['-d', device, question], { timeout: patienceMs })).stdout;
  } catch (cause) {
    const { code, stderr } = cause as { code?: unknown; stderr?: string };
    if (code === 'ENOENT' || code === 'EACCES') throw toolMissing(program, cause);
    const reason = stderr?.trim().split('\n').at(-1) || 'it does not answer';
    throw new PerceptionError('ERR_SOURCE_FORMAT', `cannot set ${device}: ${reason}`, { cause });
  }
}
