import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { amiss, type Finding, fine, reasonOf } from './finding.js';
import type { ProviderAnswer } from './provider-probe.js';
import { describeProbeEnd, type ProbeResult, probeEntry, runProbe } from './run-probe.js';
import { runProgram } from './run-program.js';

export const providers = ['tensorrt', 'cuda', 'webgpu', 'cpu'] as const;
export type Provider = (typeof providers)[number];

/**
 * TensorRT builds an engine on its first run, which takes long even for a small network; the others take well below a
 * second, or many times that on a busy machine.
 */
const timeoutMs: Record<Provider, number> = {
  tensorrt: 180_000,
  cuda: 30_000,
  webgpu: 30_000,
  cpu: 30_000,
};
/** Tolerates half floats and TensorFloat-32, but not a wrong kernel. */
const mostDifference = 0.02;

const actions: Record<Provider, string> = {
  tensorrt:
    "put ONNX Runtime's TensorRT and CUDA libraries beside its binding; on a Jetson tools/jetson/build-onnxruntime.sh builds them",
  cuda: "put ONNX Runtime's CUDA libraries beside its binding, CUDA and cuDNN on the library path; on a Jetson tools/jetson/build-onnxruntime.sh builds them",
  webgpu: 'install the driver of a GPU that speaks Vulkan',
  cpu: 'reinstall: `npm ci`',
};

/** The installed package of ONNX Runtime and the folder of its libraries for this machine. */
export interface RuntimePackage {
  version: string;
  libraryDir: string;
  libraries: readonly string[];
}

/** Throws if the package is not installed. */
export function findRuntime(): RuntimePackage {
  const packageFile = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  const { version } = JSON.parse(readFileSync(packageFile, 'utf8'));
  const binDir = join(dirname(packageFile), 'bin');
  const napi = readdirSync(binDir).find((name) => name.startsWith('napi-')) ?? 'napi';
  const libraryDir = join(binDir, napi, process.platform, process.arch);
  const libraries = existsSync(libraryDir) ? readdirSync(libraryDir) : [];
  return { version, libraryDir, libraries };
}

export function checkRuntime(): Finding {
  const name = 'ONNX Runtime';
  try {
    const { version, libraries } = findRuntime();
    if (!libraries.some((library) => library.endsWith('.node'))) {
      const found = `${version} without a binding for ${process.platform}-${process.arch}`;
      return amiss(name, 'failed', found, 'build it for this machine with --build_nodejs', true);
    }
    const native = libraries.filter((library) => !library.endsWith('.node'));
    return fine(
      name,
      `${version}, with ${native.join(', ') || 'no library beside its binding'}`,
      true,
    );
  } catch (error) {
    return amiss(name, 'missing', reasonOf(error), 'install the packages: `npm ci`', true);
  }
}

/**
 * Runs the proof network on every provider, one after the other, each in its own process. `asked`: the pipeline
 * file's providers, in order; without a file only the CPU is needed.
 */
export async function checkProviders(asked: readonly string[] = ['cpu']): Promise<Finding[]> {
  const proven = new Map<string, Finding>();
  for (const provider of providers) proven.set(provider, await proveProvider(provider));
  return markNeeded(proven, asked);
}

/** Marks which providers are needed. If one of the list fails, the next one takes its place. */
export function markNeeded(
  proven: ReadonlyMap<string, Finding>,
  asked: readonly string[],
): Finding[] {
  const isAnyRunning = asked.some((name) => proven.get(name)?.state === 'ok');
  return [...proven].map(([provider, finding]) => {
    const isNeeded = asked.includes(provider) && (!isAnyRunning || finding.state === 'ok');
    return { ...finding, isNeeded };
  });
}

/** Tests one provider with a run and a time limit. */
export async function proveProvider(
  provider: Provider,
  entry = probeEntry('./provider-probe.js', import.meta.url),
  limitMs = timeoutMs[provider],
): Promise<Finding> {
  const name = `provider ${provider}`;
  const result = await runProbe<ProviderAnswer>(entry, [provider], { timeoutMs: limitMs });
  const answer = result.messages[0];
  if (answer === undefined) {
    const found = `${describeProbeEnd(result.end)}${lastWords(result)}`;
    return amiss(
      name,
      'failed',
      found,
      `take ${provider} out of \`providers:\`, or update its driver`,
    );
  }
  if (!answer.isRunning) {
    const found = (await absentLibraries(provider)) ?? shortReason(answer.reason, result.errorText);
    return amiss(name, 'missing', found, actions[provider]);
  }
  const { runMs, loadMs, maxDifference } = answer;
  const found = `runs: ${runMs.toFixed(2)} ms for a small network, loaded in ${loadMs.toFixed(0)} ms`;
  if (!(maxDifference <= mostDifference))
    return amiss(
      name,
      'failed',
      `${found}, wrong by ${maxDifference}`,
      `do not use ${provider} here`,
    );
  if (result.end.kind !== 'done')
    return amiss(
      name,
      'warning',
      `${found}; then ${describeProbeEnd(result.end)}`,
      'update its driver',
    );
  return fine(name, found);
}

/** "libcudnn.so.9 is missing" for a provider whose own library is installed but lacks a dependency. */
async function absentLibraries(provider: Provider): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  const { libraryDir, libraries } = findRuntime();
  const own = `libonnxruntime_providers_${provider}.so`;
  if (!libraries.includes(own)) return undefined;
  const { stdout } = await runProgram('ldd', [join(libraryDir, own)]);
  const absent = notFoundIn(stdout ?? '');
  return absent.length === 0 ? undefined : `${own} is there; it needs ${absent.join(', ')}`;
}

/** Names of the libraries that `ldd` could not find. */
export const notFoundIn = (lddOutput: string): string[] =>
  [...lddOutput.matchAll(/^\s*(\S+) => not found/gm)].map(([, name]) => name!);

/** The library that could not be loaded, if the runtime reported one; otherwise the innermost reason. */
export function shortReason(reason: string, errorText: string): string {
  const unloaded = /Failed to load library \S*?([^/\s]+) with error: (?:\S+\/[^/\s]+: )?(.*)/.exec(
    errorText,
  );
  if (unloaded !== null) return `${unloaded[1]}: ${unloaded[2]!.trim()}`;
  const inner = /found none: \w+ \((.*)\)$/s.exec(reason)?.[1] ?? reason;
  // Assertions of native code start with the name of their source file.
  return (inner.split(/ was false\. /).at(-1) ?? inner).replace(/^\S+\.cc:\d+ /, '').trim();
}

function lastWords({ errorText }: ProbeResult<ProviderAnswer>): string {
  const line = errorText.trim().split('\n').at(-1) ?? '';
  return line === '' ? '' : `: ${line.slice(0, 160)}`;
}
