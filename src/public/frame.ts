/**
 * Frames, the layout of their pixels, and the contract of a source.
 *
 * @packageDocumentation
 */

export { openSource } from '../capture/open-source.js';
export type { SourceOptions } from '../capture/source-options.js';
export { nowNs } from '../frame/clock.js';
export { type FrameLayout, frameBytes, type PixelFormat, rowBytes } from '../frame/frame.js';
export {
  type FrameSource,
  isSourceEnd,
  type SourceEnd,
  type SourceFrame,
  type SourceInfo,
} from '../frame/frame-source.js';
