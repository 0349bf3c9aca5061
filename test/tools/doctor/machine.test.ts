import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkPluggedCameras, listCameras } from '../../../tools/doctor/check-cameras.js';
import { checkClocks, readClocks } from '../../../tools/doctor/check-clocks.js';
import { checkDisk, measureDisk } from '../../../tools/doctor/check-disk.js';
import {
  checkCores,
  checkJetson,
  checkMemory,
  checkThermals,
  coreQuota,
} from '../../../tools/doctor/check-machine.js';
import { checkNode, isAtLeast } from '../../../tools/doctor/check-node.js';
import { checkPrograms } from '../../../tools/doctor/check-programs.js';
import { rowOfSource } from '../../../tools/doctor/check-source.js';
import { runProgram } from '../../../tools/doctor/run-program.js';
import { repoDir } from '../../support/command-line.js';

/** Stands for `/`, with the kernel's files that a test writes. */
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'windshield-root-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function files(contents: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(contents)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

describe('Node.js', () => {
  test('versions are compared number by number', () => {
    expect(isAtLeast('v20.11.0', '20.11')).toBe(true);
    expect(isAtLeast('v20.9.4', '20.11')).toBe(false);
    expect(isAtLeast('v22.0.0', '20.11')).toBe(true);
    expect(isAtLeast('v18.20.8', '20.11')).toBe(false);
    expect(isAtLeast('v21.0.0-nightly', '20.11')).toBe(true);
  });

  test('what is too old has failed and is needed', () => {
    expect(checkNode(process.version, repoDir)).toMatchObject({ state: 'ok', isNeeded: true });
    expect(checkNode('v18.20.8', repoDir)).toMatchObject({ state: 'failed', isNeeded: true });
  });
});

describe('cores and memory', () => {
  test('a control group grants parts of cores', () => {
    expect(coreQuota('150000 100000')).toBe(1.5);
    expect(coreQuota('max 100000')).toBeUndefined();
    expect(coreQuota(undefined)).toBeUndefined();
  });

  test('more lanes than granted cores are a warning', async () => {
    await files({ 'sys/fs/cgroup/cpu.max': '100000 100000' });
    const finding = checkCores(root, 2);
    expect(finding.state).toBe('warning');
    expect(finding.found).toMatch(/for 2 lanes$/);
    expect(checkCores(root, 200).action).toContain('fewer lanes');
  });

  test('little memory is a warning', async () => {
    await files({ 'proc/meminfo': 'MemTotal: 8000000 kB\nMemAvailable:  500000 kB\n' });
    expect(checkMemory(root)).toMatchObject({ state: 'warning' });
    expect(checkMemory(root).found).toContain('0.5 GB free');
    await files({ 'proc/meminfo': 'MemAvailable: 4000000 kB\n' });
    expect(checkMemory(root)).toMatchObject({ state: 'ok' });
  });
});

describe('thermals', () => {
  test('the hottest sensor counts, and one that is off does not', async () => {
    await files({
      'sys/class/thermal/thermal_zone0/type': 'cpu-thermal\n',
      'sys/class/thermal/thermal_zone0/temp': '51250\n',
      'sys/class/thermal/thermal_zone1/type': 'gpu-thermal\n',
      'sys/class/thermal/thermal_zone1/temp': '63000\n',
      'sys/class/thermal/thermal_zone2/temp': '-256000\n',
      'sys/class/thermal/cooling_device0/type': 'fan\n',
    });
    expect(await checkThermals(root)).toMatchObject({
      state: 'ok',
      found: '63 °C at most (gpu-thermal)',
    });
    await files({ 'sys/class/thermal/thermal_zone0/temp': '91000' });
    expect(await checkThermals(root)).toMatchObject({
      state: 'warning',
      found: '91 °C at most (cpu-thermal)',
    });
  });

  test('a governor that saves power is a warning', async () => {
    await files({
      'sys/class/thermal/thermal_zone0/type': 'x86_pkg_temp',
      'sys/class/thermal/thermal_zone0/temp': '40000',
      'sys/devices/system/cpu/cpu0/cpufreq/scaling_governor': 'powersave\n',
    });
    expect(await checkThermals(root)).toMatchObject({ state: 'warning' });
  });

  test('a machine without sensors has none', async () => {
    expect(await checkThermals(root)).toMatchObject({ state: 'missing', isNeeded: false });
  });
});

describe('a Jetson', () => {
  const release =
    '# R36 (release), REVISION: 4.3, GCID: 38968081, BOARD: generic, EABI: aarch64, DATE: Wed Jan  8\n';
  const path = process.env['PATH'];
  afterEach(() => {
    process.env['PATH'] = path;
  });

  async function nvpmodel(output: string): Promise<void> {
    await files({ 'bin/nvpmodel': `#!/bin/sh\nprintf '${output}'\n` });
    await chmod(join(root, 'bin/nvpmodel'), 0o755);
    process.env['PATH'] = `${join(root, 'bin')}:${path}`;
  }

  test('says its release and power mode', async () => {
    await files({ 'etc/nv_tegra_release': release });
    await nvpmodel('NV Power Mode: MAXN\\n0\\n');
    expect(await checkJetson(root)).toMatchObject([
      { state: 'ok', found: 'L4T 36.4.3, power mode MAXN' },
    ]);
  });

  test('that is held back is a warning with the command that frees it', async () => {
    await files({ 'etc/nv_tegra_release': release });
    await nvpmodel('NV Power Mode: 15W\\n2\\n');
    const [finding] = await checkJetson(root);
    expect(finding).toMatchObject({ state: 'warning', found: 'L4T 36.4.3, power mode 15W' });
    expect(finding!.action).toContain('nvpmodel -m 0');
  });

  test('without the program, its mode is not known; any other machine has no such finding', async () => {
    expect(await checkJetson(root)).toEqual([]);
    await files({ 'etc/nv_tegra_release': release });
    process.env['PATH'] = join(root, 'nowhere');
    expect(await checkJetson(root)).toMatchObject([{ state: 'warning' }]);
  });
});

describe('clocks', () => {
  test('the monotonic clock steps finely and the wall clock keeps up with it', async () => {
    const { resolutionNs, driftPpm } = await readClocks(300);
    expect(resolutionNs).toBeGreaterThan(0);
    expect(resolutionNs).toBeLessThan(1_000_000);
    // A clock that counts in other units, or the other way, is further off than a busy machine can make it.
    expect(Math.abs(driftPpm)).toBeLessThan(20_000);
  });

  test('are told of in one line', async () => {
    expect((await checkClocks()).found).toMatch(
      /^steps of \d+ ns, wall clock [+−]\d+ ppm, (not )?synchroni/,
    );
  });
});

describe('disk', () => {
  test('is written to, and nothing is left', async () => {
    const reading = await measureDisk(root);
    expect(reading.writtenBytes).toBeGreaterThan(0);
    expect(reading.writtenBytes).toBeLessThanOrEqual(64 * 1024 * 1024);
    expect(reading.mbPerS).toBeGreaterThan(0);
    expect(reading.freeBytes).toBeGreaterThan(0);
    expect(await readdir(root)).toEqual([]);
  });

  test('a folder that is not there is missing; one that takes no file has failed', async () => {
    expect(await checkDisk(join(root, 'none'), true)).toMatchObject({
      state: 'missing',
      isNeeded: true,
      action: expect.stringContaining('mkdir -p'),
    });
    if (process.platform === 'linux')
      expect(await checkDisk('/proc', false)).toMatchObject({ state: 'failed', isNeeded: false });
  });
});

describe('cameras', () => {
  const twoCameras = {
    'dev/video0': '',
    'dev/video1': '',
    'dev/video10': '',
    'dev/videoconsole': '',
    'sys/class/video4linux/video0/name': 'Front Camera\n',
    'sys/class/video4linux/video0/index': '0\n',
    'sys/class/video4linux/video1/name': 'Front Camera\n',
    'sys/class/video4linux/video1/index': '1\n',
    'sys/class/video4linux/video10/name': 'vi-output, imx219 9-0010\n',
  };

  test('are named by their drivers, without the nodes that carry metadata', async () => {
    await files(twoCameras);
    expect(listCameras(root)).toEqual([
      { device: '/dev/video0', name: 'Front Camera', isReadable: true },
      { device: '/dev/video10', name: 'vi-output, imx219 9-0010', isReadable: true },
    ]);
    expect(checkPluggedCameras(root, undefined)).toMatchObject({ state: 'ok', isNeeded: false });
  });

  test('the one that the pipeline names is needed', async () => {
    await files(twoCameras);
    expect(checkPluggedCameras(root, 'camera:/dev/video10')).toMatchObject({
      state: 'ok',
      isNeeded: true,
    });
    expect(checkPluggedCameras(root, 'camera:/dev/video2')).toMatchObject({
      state: 'missing',
      isNeeded: true,
      found: expect.stringContaining('no /dev/video2'),
    });
    expect(checkPluggedCameras(join(root, 'empty'), 'drive.mcap')).toMatchObject({
      state: 'missing',
      isNeeded: false,
    });
  });

  test('of a rig each is needed, also by a name that links to it', async () => {
    await files(twoCameras);
    await mkdir(join(root, 'dev/v4l/by-id'), { recursive: true });
    await symlink('../../video10', join(root, 'dev/v4l/by-id/front'));
    const byId = 'camera:/dev/v4l/by-id/front';
    expect(checkPluggedCameras(root, byId)).toMatchObject({ state: 'ok', isNeeded: true });
    expect(checkPluggedCameras(root, byId, 'camera:/dev/video0')).toMatchObject({ state: 'ok' });
    expect(checkPluggedCameras(root, byId, 'camera:/dev/video3')).toMatchObject({
      state: 'missing',
      isNeeded: true,
      found: expect.stringMatching(/; no \/dev\/video3$/),
    });
  });

  test('one that cannot be opened has failed', async () => {
    await files(twoCameras);
    await rm(join(root, 'dev/video0'));
    await symlink('/no/device', join(root, 'dev/video0'));
    expect(checkPluggedCameras(root, 'camera:/dev/video0')).toMatchObject({
      state: 'failed',
      isNeeded: true,
      action: expect.stringContaining('group video'),
    });
  });
});

describe('programs', () => {
  test('what a source needs follows from how it is written and what it is', async () => {
    const programsOf = async (source: string | undefined) => (await rowOfSource(source))?.programs;
    expect(await programsOf('camera:/dev/video0?rate=30')).toEqual(['ffmpeg']);
    expect(await programsOf('rtsp://rig/front')).toEqual(['ffmpeg']);
    expect(await programsOf('gstreamer:nvarguscamerasrc')).toEqual(['gst-launch-1.0']);
    expect(await programsOf('opencv:0')).toEqual(['@u4/opencv4nodejs']);
    expect(await programsOf(join(repoDir, 'recordings/sample-drive.mcap'))).toEqual([]);
    expect(await programsOf('/no/such/drive')).toBeUndefined();
    expect(await programsOf(undefined)).toBeUndefined();
  });

  test('what is not installed is missing, and needed only by those who need it', async () => {
    const path = process.env['PATH'];
    process.env['PATH'] = root;
    const findings = await checkPrograms(['ffmpeg', 'ffprobe'], repoDir);
    process.env['PATH'] = path;
    const found = (name: string) => findings.find((finding) => finding.name === name);
    expect(found('ffmpeg')).toMatchObject({ state: 'missing', isNeeded: true });
    expect(found('ffprobe')).toMatchObject({ state: 'missing', isNeeded: true });
    expect(found('GStreamer')).toMatchObject({ state: 'missing', isNeeded: false });
    expect(found('Python examples')).toMatchObject({ state: 'missing', isNeeded: false });
  });

  test('that fail say why, and those that hang are ended', async () => {
    const node = (call: string, timeoutMs = 5000) =>
      runProgram(process.execPath, ['-e', call], { timeoutMs });
    expect(await node("process.stdout.write('7')")).toEqual({ isFound: true, stdout: '7' });
    expect(await node("require('no-such-package')")).toEqual({
      isFound: true,
      reason: "Cannot find module 'no-such-package'",
    });
    expect(await node('for (;;);', 500)).toEqual({
      isFound: true,
      reason: 'no answer within 0.5 s',
    });
    expect(await runProgram('no-such-program', [])).toEqual({
      isFound: false,
      reason: 'not found',
    });
  });
});
