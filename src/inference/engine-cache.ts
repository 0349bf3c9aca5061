import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Manifest } from '../bundle/manifest.js';
import { namesIn } from '../files/names-in.js';

/** What a TensorRT engine is valid for: if any of these changes, it is built again. */
export interface EngineKey {
  /** sha256 of the ONNX bytes that are loaded, in hexadecimal. */
  networkSha256: string;
  onnxRuntimeVersion: string;
  tensorRtVersion: string;
  gpuName: string;
  /** From the bundle: float32, float16 or int8. */
  precision: string;
}

/** The part of the key that belongs to the machine. */
export type EngineMachine = Pick<EngineKey, 'onnxRuntimeVersion' | 'tensorRtVersion' | 'gpuName'>;

/** The folder with one subfolder per network. Only environment variables set it. */
export function engineRoot(env: NodeJS.ProcessEnv = process.env): string {
  const { WINDSHIELD_ENGINE_CACHE, XDG_CACHE_HOME } = env;
  return (
    WINDSHIELD_ENGINE_CACHE ||
    join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'windshield', 'engines')
  );
}

/** 32 hexadecimal digits that differ if any value of the key does. */
export function engineFolderName(key: EngineKey): string {
  const { networkSha256, onnxRuntimeVersion, tensorRtVersion, gpuName, precision } = key;
  const parts = [networkSha256, onnxRuntimeVersion, tensorRtVersion, gpuName, precision];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/**
 * Versions and GPU of this machine, or undefined if one of them is unknown: an engine of unknown origin is worse than
 * none. `root`: root of the file system.
 */
export function engineMachine(root = '/'): EngineMachine | undefined {
  const tensorRtVersion = findTensorRt(root);
  const gpuName = findGpu(root);
  if (tensorRtVersion === undefined || gpuName === undefined) return undefined;
  return { onnxRuntimeVersion: onnxRuntimeVersion(), tensorRtVersion, gpuName };
}

let here: { machine: EngineMachine | undefined } | undefined;

/** The folder of a network's engines, created if missing. Undefined if none can be kept: they are then built each time. */
export function engineFolder(network: Uint8Array, precision: string): string | undefined {
  here ??= { machine: engineMachine() };
  if (here.machine === undefined) return undefined;
  const networkSha256 = createHash('sha256').update(network).digest('hex');
  const folder = join(
    engineRoot(),
    engineFolderName({ ...here.machine, networkSha256, precision }),
  );
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  } catch {
    // A folder that cannot be written costs minutes at each start, but does not end the drive.
    return undefined;
  }
}

/** Number of engines below `root`, of all networks. ONNX Runtime writes one or several per network, `*.engine`. */
export function countEngines(root = engineRoot()): number {
  return namesIn(root).reduce((count, name) => count + enginesIn(join(root, name)), 0);
}

export const hasEngine = (folder: string): boolean => enginesIn(folder) > 0;

const enginesIn = (folder: string) =>
  namesIn(folder).filter((name) => name.endsWith('.engine')).length;

/** The part of the key that comes from the bundle. */
export const precisionOf = ({ quantisation }: Pick<Manifest, 'quantisation'>): string =>
  quantisation?.precision ?? 'float32';

function onnxRuntimeVersion(): string {
  const path = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  return JSON.parse(readFileSync(path, 'utf8')).version;
}

/** Reads the version from the library's file name, such as libnvinfer.so.10.3.0. The highest counts. */
function findTensorRt(root: string): string | undefined {
  const dirs = ['usr/lib/aarch64-linux-gnu', 'usr/lib/x86_64-linux-gnu'];
  const found = dirs.flatMap((dir) =>
    namesIn(join(root, dir)).flatMap(
      (name) => /^libnvinfer\.so\.(\d+\.\d+\.\d+)$/.exec(name)?.[1] ?? [],
    ),
  );
  return found.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
}

/** On a Jetson the module's name identifies the GPU; elsewhere NVIDIA's driver names it. */
function findGpu(root: string): string | undefined {
  const model = readText(join(root, 'proc/device-tree/model'));
  if (model !== undefined) return model.replaceAll('\0', '');
  const gpus = join(root, 'proc/driver/nvidia/gpus');
  const texts = namesIn(gpus).map((gpu) => readText(join(gpus, gpu, 'information')) ?? '');
  // ONNX Runtime uses the first one.
  return texts.map((text) => /^Model:\s*(.+)$/m.exec(text)?.[1]).find((name) => name !== undefined);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
