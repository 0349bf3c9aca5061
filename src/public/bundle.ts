/**
 * Model bundles: read one, check it, and run its network.
 *
 * @packageDocumentation
 */

export type { Bundle } from '../bundle/bundle.js';
export type { InputSpec } from '../bundle/input-spec.js';
export { type Manifest, type Task, tasks } from '../bundle/manifest.js';
export type { OutputSpec } from '../bundle/output-spec.js';
export { type Certificate, certify, type NetworkSession } from '../inference/network-session.js';
export { createNetworkSession, type SessionSettings } from '../inference/onnxruntime-node.js';
export { readBundleFolder } from '../inference/read-bundle-folder.js';
