import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askControls } from '../../src/capture/camera-controls.js';
import { openCamera } from '../../src/capture/camera-source.js';
import { whyMissing } from './tools.js';

let dir: string;
let device: string;
/** Stands for a camera of UVC behind `v4l2-ctl`: keeps what it was told, and locks the exposure while it is automatic. */
let control: string;
/** ffmpeg with a test picture in place of the device. */
let ffmpeg: string;
const at = (name: string) => join(dir, name);

async function program(name: string, lines: readonly string[]): Promise<string> {
  await writeFile(at(name), ['#!/bin/sh', ...lines, ''].join('\n'));
  await chmod(at(name), 0o755);
  return at(name);
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-controls-'));
  device = at('video0');
  await writeFile(device, '');
  control = await program('v4l2-ctl', [
    `state=${dir}; echo "$3" >> $state/told`,
    'case "$3" in',
    '--list-ctrls) cat <<END',
    '',
    'Camera Controls',
    '',
    '                  auto_exposure 0x009a0901 (menu)   : min=0 max=3 default=3 value=3 (Aperture Priority Mode)',
    '         exposure_time_absolute 0x009a0902 (int)    : min=3 max=2047 step=1 default=250 value=250 flags=inactive',
    '      white_balance_automatic 0x0098090c (bool)   : default=1 value=1',
    'END',
    ';;',
    '--set-ctrl=*)',
    'name=$(echo "$3" | cut -d= -f2); value=$(echo "$3" | cut -d= -f3)',
    'if [ $name != exposure_time_absolute ] || [ $(cat $state/auto_exposure) = 1 ]; then echo $value > $state/$name; fi ;;',
    '--get-ctrl=*) name=$(echo "$3" | cut -d= -f2); echo "$name: $(cat $state/$name)" ;;',
    'esac',
  ]);
  ffmpeg = await program('ffmpeg', [
    'for one in "$@"; do shift; case "$one" in',
    `v4l2) one=lavfi ;; ${device}) one=testsrc=size=64x48:rate=25:duration=1 ;;`,
    'esac; set -- "$@" "$one"; done',
    'exec ffmpeg "$@"',
  ]);
});
afterAll(() => rm(dir, { recursive: true }));

describe('exposure and colour of a camera', () => {
  test('are asked for, and what came is said', async () => {
    expect(await askControls(device, { exposureMs: 5, whiteBalanceK: 'auto' }, control)).toEqual([
      'exposure asked 5 ms, came 5 ms',
      'white balance asked auto, came auto',
    ]);
    const told = (await readFile(at('told'), 'utf8')).split('\n');
    expect(told).toContain('--set-ctrl=auto_exposure=1');
    expect(told).toContain('--set-ctrl=exposure_time_absolute=50');
  });

  test('stay within what the driver has, and what it lacks is said', async () => {
    expect(await askControls(device, { exposureMs: 900, gain: 3 }, control)).toEqual([
      'exposure asked 900 ms, came 204.7 ms',
      'gain asked 3: the camera does not have it',
    ]);
  });

  test('that nobody asks for need no program; else a missing one is said', async () => {
    expect(await askControls(device, {}, at('nowhere'))).toEqual([]);
    await expect(askControls(device, { gain: 'auto' }, at('nowhere'))).rejects.toMatchObject({
      code: 'ERR_TOOL_MISSING',
    });
  });

  test.skipIf(whyMissing('ffmpeg') !== undefined)(
    'go with the address of a camera, beside its mode',
    async () => {
      const asked = `${device}?exposure=2.5&whitebalance=auto`;
      const source = await openCamera(asked, { ffmpegPath: ffmpeg, v4l2CtlPath: control });
      expect(source.notes).toEqual([
        expect.stringMatching(
          /came 64x48 at 25 Hz.*; exposure asked 2\.5 ms, came 2\.5 ms; white balance asked auto, came auto$/,
        ),
      ]);
      await source.close();
      await expect(openCamera(`${device}?exposure=bright`)).rejects.toMatchObject({
        code: 'ERR_USAGE',
        message: expect.stringContaining('exposure: expected auto, or milliseconds'),
      });
    },
  );
});
