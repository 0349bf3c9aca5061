import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface ThermalZone {
  /** The sensor, such as `cpu-thermal`; with its number if several have the same name. */
  name: string;
  celsius: number;
}

const zonesDir = 'sys/class/thermal';

/** Reads the temperatures that the kernel knows; none on a machine without sensors. `root` is the folder used as `/`. */
export async function readThermalZones(root = '/'): Promise<ThermalZone[]> {
  const read = (path: string) =>
    readFile(join(root, zonesDir, path), 'utf8').then(
      (text) => text.trim(),
      () => '',
    );
  const entries = await readdir(join(root, zonesDir)).catch(() => []);
  const dirs = entries.filter((name) => /^thermal_zone\d+$/.test(name)).sort();
  const zones = await Promise.all(
    dirs.map(async (dir) => {
      const [kind, text] = await Promise.all([read(`${dir}/type`), read(`${dir}/temp`)]);
      return { dir, kind: kind === '' ? dir : kind, milliC: text === '' ? 0 : Number(text) };
    }),
  );
  // Zones that are switched off read as nothing, or far below zero.
  const warm = zones.filter(({ milliC }) => Number.isFinite(milliC) && milliC > 0);
  return warm.map(({ dir, kind, milliC }) => {
    const isAlone = warm.filter((other) => other.kind === kind).length === 1;
    return { name: isAlone ? kind : `${kind} ${dir.slice(12)}`, celsius: milliC / 1000 };
  });
}
