import type { Task } from '../../src/bundle/manifest.js';
import type { CameraModel } from '../../src/calibration/camera-model.js';
import type { MeasuredMount } from '../../src/calibration/mount.js';
import type { PerceptionFrame } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import type { InputPlacement } from '../../src/preprocess/input-geometry.js';
import type { RerunSettings } from './settings.js';

/** `rig`: the rig's bundles. `other`: the same with a bundle from disk for its task. */
export type Side = 'rig' | 'other';

/** Where a bundle's three files are: below an address, or already given. */
export type BundleOrigin = { url: string } | { name: string; files: File[] };

export interface FrameToRun {
  id: number;
  stampNs: bigint;
  sourceTimeNs: bigint;
  picture: Uint8Array<ArrayBuffer> | ImageBitmap;
  camera: CameraModel | undefined;
  /** How that camera is mounted above the road. */
  mount: MeasuredMount | undefined;
  /** True if it directly follows the previous frame. */
  isNext: boolean;
}

/** `provider` is `webgpu` or `wasm`, or empty for the fastest one here. */
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
  /** What it sees of a frame. */
  input: InputPlacement;
  /** The manifest's own thresholds. */
  defaults: RerunSettings;
}

export type SideResults = Partial<Record<Side, PerceptionFrame>>;

export type RerunAnswer = { id: number } & (
  | { loaded: { bundles: LoadedBundle[]; runtime: string } }
  | { results: SideResults; certificates: string[] }
  | { error: string }
);
