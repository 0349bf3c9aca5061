import type { Bundle } from '../../src/bundle/bundle.js';
import { packedRgbLayout } from '../../src/frame/frame.js';
import { decodePicture } from './decode-picture.js';
import { loadWebRuntime, type WebRuntime } from './onnxruntime-web.js';
import { openOrigin } from './open-origin.js';
import { Rerun } from './rerun.js';
import type {
  BundleOrigin,
  FrameToRun,
  LoadedBundle,
  RerunAnswer,
  RerunRequest,
  Side,
  SideResults,
} from './rerun-protocol.js';
import { type RerunSettings, settingsOf } from './settings.js';

/** Runs networks outside the page's thread, one request after the other, because sessions must not overlap. */
interface LoadedSide {
  bundles: Bundle[];
  /** Made for the size, camera and mount of the last frame. */
  rerun?: { key: string; made: Rerun };
}

const sides = new Map<Side, LoadedSide>();
let runtime: Promise<WebRuntime> | undefined;
let settings: RerunSettings = {};
let queue = Promise.resolve();

self.onmessage = ({ data }: MessageEvent<RerunRequest>) => {
  queue = queue.then(async () => {
    const answer = await carryOut(data).catch((error: unknown) => ({
      error: error instanceof Error ? error.message : String(error),
    }));
    self.postMessage({ id: data.id, ...answer } as RerunAnswer);
  });
};

async function carryOut(request: RerunRequest): Promise<object> {
  switch (request.kind) {
    case 'load':
      return { loaded: await load(request.side, request.bundles, request.provider) };
    case 'unload':
      await sides.get(request.side)?.rerun?.made.dispose();
      sides.delete(request.side);
      return { results: {}, certificates: [] };
    case 'run':
      return run(request.frame, request.sides);
    case 'settings': {
      settings = request.settings;
      const results: SideResults = {};
      for (const side of request.sides) {
        const result = await sides.get(side)?.rerun?.made.applySettings(settings);
        if (result !== undefined) results[side] = result;
      }
      return { results, certificates: certificates() };
    }
  }
}

async function load(side: Side, origins: readonly BundleOrigin[], provider: string) {
  runtime ??= loadWebRuntime(provider);
  const { label } = await runtime;
  const bundles = await Promise.all(origins.map(openOrigin));
  const own = side === 'rig' ? [] : (sides.get('rig')?.bundles ?? []);
  const taken = new Set(bundles.map(({ manifest }) => manifest.task));
  await sides.get(side)?.rerun?.made.dispose();
  sides.set(side, {
    bundles: [...own.filter(({ manifest }) => !taken.has(manifest.task)), ...bundles],
  });
  return { bundles: bundles.map(describe), runtime: label };
}

async function run(frame: FrameToRun, wanted: readonly Side[]) {
  const { widthPx, heightPx, data } = await decodePicture(frame.picture);
  const results: SideResults = {};
  for (const side of wanted) {
    const loaded = sides.get(side);
    if (loaded === undefined) continue;
    const rerun = await rerunOf(loaded, widthPx, heightPx, frame);
    results[side] = await rerun.run(data, frame, frame.isNext);
  }
  return { results, certificates: certificates() };
}

async function rerunOf(
  loaded: LoadedSide,
  widthPx: number,
  heightPx: number,
  { camera, mount }: FrameToRun,
): Promise<Rerun> {
  const key = JSON.stringify([widthPx, heightPx, camera, mount]);
  if (loaded.rerun?.key === key) return loaded.rerun.made;
  await loaded.rerun?.made.dispose();
  delete loaded.rerun;
  const { createSession } = await runtime!;
  const frame = packedRgbLayout(widthPx, heightPx);
  const made = await Rerun.open({ bundles: loaded.bundles, frame, camera, mount, createSession });
  try {
    await made.applySettings(settings);
  } catch (error) {
    await made.dispose();
    throw error;
  }
  loaded.rerun = { key, made };
  return made;
}

/** Networks that miss their golden outputs in this browser, in words. */
function certificates(): string[] {
  return [...sides].flatMap(([side, { rerun }]) =>
    (rerun?.made.certificates ?? [])
      .filter(({ isCertified }) => !isCertified)
      .map(
        ({ task, maxAbsDifference }) =>
          `${side}: ${task} is ${maxAbsDifference} from its golden outputs`,
      ),
  );
}

function describe({ manifest }: Bundle): LoadedBundle {
  const { task, name, version, network, input, decode } = manifest;
  const defaults = settingsOf(decode);
  return { task, name, version, sha256: network.sha256, input: input.spec, defaults };
}
