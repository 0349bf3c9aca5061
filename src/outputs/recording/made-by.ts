import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, platform } from 'node:os';
import type { Manifest } from '../../bundle/manifest.js';

/**
 * Facts that decide, besides bundles and calibration, whether the same frames give the same bytes: `build`, versions of
 * windshield, ONNX Runtime and the platform; `machine`, the processor, whose instructions choose the kernels.
 */
export function buildFacts(): { build: string; machine: string } {
  const runtime = versionIn(require.resolve('onnxruntime-node/package.json'));
  return {
    build: `windshield ${ownVersion()}, onnxruntime ${runtime}, ${platform()}-${arch()}`,
    machine: cpus()[0]?.model.trim() ?? 'unknown',
  };
}

const require = createRequire(import.meta.url);

const versionIn = (packageFile: string | URL): string =>
  JSON.parse(readFileSync(packageFile, 'utf8')).version;

/** The package file is above `src`, or above `dist` if this file was built. */
function ownVersion(): string {
  const places = ['../../../package.json', '../../../../package.json'];
  const file = places
    .map((place) => new URL(place, import.meta.url))
    .find((url) => existsSync(url));
  return file === undefined ? 'unknown' : versionIn(file);
}

/** The parts of a manifest that decide results: the network's input, how its outputs are decoded, how exact it must be. */
export function manifestFacts({ input, decode, tolerance }: Manifest): string {
  return JSON.stringify({ input: input.spec, decode, tolerance });
}
