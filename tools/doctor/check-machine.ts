import { readFileSync } from 'node:fs';
import { availableParallelism, freemem, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { readThermalZones } from '../../src/outputs/metrics/thermal-zones.js';
import { amiss, type Finding, fine } from './finding.js';
import { runProgram } from './run-program.js';

/** Above this temperature a processor is about to throttle, degrees Celsius. */
const hotC = 85;
/** Less free memory than this is little for four networks, a ring and the other programs, bytes. */
const littleMemoryBytes = 1024 ** 3;
const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;

/** Text of a kernel file; undefined if there is none. `root` replaces `/`. */
function readText(root: string, path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** Cores that this process may use, and their current load. `laneCount`: lanes of the pipeline file, if any. */
export function checkCores(root: string, laneCount: number | undefined): Finding {
  const cores = availableParallelism();
  const quota = coreQuota(readText(root, 'sys/fs/cgroup/cpu.max'));
  const load = loadavg()[0]!;
  const limit = quota === undefined || quota >= cores ? '' : `, limited to ${quota.toFixed(1)}`;
  const found = `${cores}${limit}, load ${load.toFixed(1)}`;
  const usable = Math.min(cores, quota ?? cores);
  if (laneCount !== undefined && laneCount > usable)
    return amiss(
      'cores',
      'warning',
      `${found}, for ${laneCount} lanes`,
      'put the networks in fewer lanes: lanes that share a core only wait for each other',
    );
  if (load > usable / 2)
    return amiss(
      'cores',
      'warning',
      found,
      'end what else runs: times measured now are longer than they need be',
    );
  return fine('cores', found);
}

/** Cores that a control group grants: "150000 100000" means one and a half; undefined for "max" or no group. */
export function coreQuota(cpuMax: string | undefined): number | undefined {
  const [quota, period] = (cpuMax ?? '').split(/\s+/).map(Number);
  return quota! > 0 && period! > 0 ? quota! / period! : undefined;
}

export function checkMemory(root: string): Finding {
  const meminfo = readText(root, 'proc/meminfo') ?? '';
  const availableKib = Number(/^MemAvailable:\s+(\d+) kB/m.exec(meminfo)?.[1]);
  const freeBytes = Number.isFinite(availableKib) ? availableKib * 1024 : freemem();
  // A control group may grant less than the machine has; without one this is a huge number.
  const granted = process.constrainedMemory();
  const limit = granted > 0 && granted < totalmem() ? `, limited to ${gigabytes(granted)}` : '';
  const found = `${gigabytes(freeBytes)} free of ${gigabytes(totalmem())}${limit}`;
  return freeBytes < littleMemoryBytes
    ? amiss('memory', 'warning', found, 'end what else runs: a machine that swaps misses deadlines')
    : fine('memory', found);
}

/** Temperatures, and the frequency governor of the cores. */
export async function checkThermals(root: string): Promise<Finding> {
  const zones = await readThermalZones(root);
  const governor = readText(root, 'sys/devices/system/cpu/cpu0/cpufreq/scaling_governor');
  const governed = governor === undefined ? '' : `, clock governor ${governor}`;
  if (zones.length === 0) return amiss('thermals', 'missing', `no sensors${governed}`, '');
  const hottest = zones.reduce((most, zone) => (zone.celsius > most.celsius ? zone : most));
  const found = `${hottest.celsius.toFixed(0)} °C at most (${hottest.name})${governed}`;
  if (hottest.celsius >= hotC)
    return amiss('thermals', 'warning', found, 'cool it: it slows down, or is about to');
  if (governor === 'powersave')
    return amiss(
      'thermals',
      'warning',
      found,
      'choose the governor performance: `sudo cpupower frequency-set -g performance`',
    );
  return fine('thermals', found);
}

/** Release and power mode of a Jetson; nothing on other machines. */
export async function checkJetson(root: string): Promise<Finding[]> {
  const release = readText(root, 'etc/nv_tegra_release');
  if (release === undefined) return [];
  const numbers = /R(\d+).*?REVISION:\s*([\d.]+)/.exec(release);
  const name = numbers === null ? release.split('\n')[0]! : `L4T ${numbers[1]}.${numbers[2]}`;
  const mode = await runProgram('nvpmodel', ['-q']);
  const modeName = powerMode(mode.stdout);
  if (modeName === undefined)
    return [amiss('Jetson', 'warning', `${name}, power mode not known`, 'look at `nvpmodel -q`')];
  const found = `${name}, power mode ${modeName}`;
  return [
    /^MAXN/.test(modeName)
      ? fine('Jetson', found)
      : amiss(
          'Jetson',
          'warning',
          found,
          '`sudo nvpmodel -m 0 && sudo jetson_clocks` for full speed',
        ),
  ];
}

/** Extracts "MAXN" from "NV Power Mode: MAXN", as `nvpmodel -q` prints it. */
export const powerMode = (text: string | undefined): string | undefined =>
  /NV Power Mode:\s*(\S+)/.exec(text ?? '')?.[1];
