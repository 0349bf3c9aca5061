import { accessSync, constants, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { splitAsked } from '../../src/capture/source-address.js';
import { amiss, type Finding, fine } from './finding.js';

/** A Video4Linux device that delivers pictures. */
export interface CameraDevice {
  /** Such as /dev/video0. */
  device: string;
  /** As the driver names it. */
  name: string;
  isReadable: boolean;
}

/** Devices known to the kernel, without a camera's metadata nodes. `root` replaces `/`. */
export function listCameras(root: string): CameraDevice[] {
  let nodes: string[] = [];
  try {
    nodes = readdirSync(join(root, 'dev')).filter((name) => /^video\d+$/.test(name));
  } catch {
    return [];
  }
  return nodes
    .sort((a, b) => Number(a.slice(5)) - Number(b.slice(5)))
    .flatMap((node) => {
      const about = (file: string) => {
        try {
          return readFileSync(join(root, 'sys/class/video4linux', node, file), 'utf8').trim();
        } catch {
          return undefined;
        }
      };
      if (Number(about('index') ?? 0) > 0) return [];
      const isReadable = mayRead(join(root, 'dev', node));
      return [{ device: `/dev/${node}`, name: about('name') ?? 'no name', isReadable }];
    });
}

function mayRead(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where a path leads: udev names a camera by its place or serial number through links. */
function linkedTo(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** The cameras of this machine, and whether those in the pipeline file are among them. */
export function checkPluggedCameras(
  root: string,
  ...sources: readonly (string | undefined)[]
): Finding {
  const cameras = listCameras(root);
  const wanted = sources.flatMap((source) =>
    source?.startsWith('camera:') ? [splitAsked(source.slice('camera:'.length), '?').place] : [],
  );
  const isNeeded = wanted.length > 0;
  const found = cameras.map(({ device, name }) => `${device} (${name})`).join(', ') || 'none';
  const chosen = wanted.map((place) =>
    cameras.find(({ device }) => linkedTo(join(root, device)) === linkedTo(join(root, place))),
  );
  const absent = wanted.filter((_, index) => chosen[index] === undefined);
  if (absent.length > 0)
    return amiss(
      'cameras',
      'missing',
      `${found}; no ${absent.join(', ')}`,
      'plug it in, or name another',
      true,
    );
  if (cameras.length === 0)
    return amiss('cameras', 'missing', found, 'plug one in; recordings need none');
  const needed = isNeeded ? cameras.filter((camera) => chosen.includes(camera)) : cameras;
  const closed = needed.filter((c) => !c.isReadable);
  if (closed.length > 0) {
    const devices = closed.map(({ device }) => device).join(', ');
    const action = 'join the group video: `sudo usermod -aG video $USER`, then log in again';
    return amiss('cameras', 'failed', `${found}; may not open ${devices}`, action, isNeeded);
  }
  return fine('cameras', found, isNeeded);
}
