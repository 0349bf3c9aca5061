import type { Task } from '../../src/bundle/manifest.js';
import type { CameraModel } from '../../src/calibration/camera-model.js';
import type { MeasuredMount } from '../../src/calibration/mount.js';
import type { PerceptionFrame } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import type { RerunSettings } from './settings.js';

/** The bundles of the rig, and the same with one from disk in place of its task. */
export type Side = 'rig' | 'other';

/** Where a bundle's three files are: below an address, or in hand. */
export type BundleOrigin = { url: string } | { name: string; files: File[] };

export interface FrameToRun {
  id: number;
  stampNs: bigint;
  sourceTimeNs: bigint;
  picture: Uint8Array<ArrayBuffer> | ImageBitmap;
  camera: CameraModel | undefined;
  /** How that camera sits above the road. */
  mount: MeasuredMount | undefined;
  /** It follows the frame before. */
  isNext: boolean;
}

/** `provider` is `webgpu` or `wasm`, or empty for what is fastest here. */
export type RerunRequest = { id: number } & (
  | { kind: 'load'; side: Side; bundles: readonly BundleOrigin[]; provider: string }
  | { kind: 'unload'; side: Side }
  | { kind: 'run'; frame: FrameToRun; sides: readonly Side[] }
  | { kind: 'settings'; settings: RerunSettings; sides: readonly Side[] }
);

export interface LoadedBundle {
  task: Task;
  name: string;
  version: string;
  sha256: string;
  /** The manifest's own thresholds. */
  defaults: RerunSettings;
}

export type SideResults = Partial<Record<Side, PerceptionFrame>>;

export type RerunAnswer = { id: number } & (
  | { loaded: { bundles: LoadedBundle[]; runtime: string } }
  | { results: SideResults; certificates: string[] }
  | { error: string }
);
