/**
 * Frames, the layout of their pixels, and the contract of a source.
 *
 * @packageDocumentation
 */

export { openSource, type SourceOptions } from '../capture/open-source.js';
export { nowNs } from '../frame/clock.js';
export { type FrameLayout, frameBytes, type PixelFormat, rowBytes } from '../frame/frame.js';
export {
  type FrameSource,
  isSourceEnd,
  type SourceEnd,
  type SourceFrame,
  type SourceInfo,
} from '../frame/frame-source.js';
