import type { InputSpec } from '../bundle/input-spec.js';

/** The part of an input spec that says how the input covers a frame. */
export type InputPlacement = Pick<InputSpec, 'regionNorm' | 'fit' | 'widthPx' | 'heightPx'>;

/**
 * How a network's input covers a rectified picture. Both sides are measured in pixels from the top-left
 * corner (a pixel's centre is at a half): picture = offset + input * scale, for x and y apart.
 */
export interface InputGeometry {
  offsetXPx: number;
  offsetYPx: number;
  /** Picture pixels per input pixel. */
  scaleX: number;
  scaleY: number;
  /** The part of the input that shows the region; the rest is padding. */
  contentLeftPx: number;
  contentTopPx: number;
  contentRightPx: number;
  contentBottomPx: number;
}

/**
 * Places the spec's region of a rectangle of the picture (the whole picture, or a crop of it) in the input.
 * The rectangle is given by its top-left corner and size, pixels.
 */
export function placeInput(
  spec: InputPlacement,
  leftPx: number,
  topPx: number,
  rectWidthPx: number,
  rectHeightPx: number,
): InputGeometry {
  const [left, top, right, bottom] = spec.regionNorm;
  const regionWidthPx = (right - left) * rectWidthPx;
  const regionHeightPx = (bottom - top) * rectHeightPx;
  let scaleX = regionWidthPx / spec.widthPx;
  let scaleY = regionHeightPx / spec.heightPx;
  if (spec.fit !== 'stretch') {
    scaleX = Math.max(scaleX, scaleY);
    scaleY = scaleX;
  }
  const paddingX = spec.widthPx - regionWidthPx / scaleX;
  const paddingY = spec.heightPx - regionHeightPx / scaleY;
  const shareBefore = spec.fit === 'letterbox-top-left' ? 0 : 0.5;
  const marginX = paddingX * shareBefore;
  const marginY = paddingY * shareBefore;
  return {
    offsetXPx: leftPx + left * rectWidthPx - marginX * scaleX,
    offsetYPx: topPx + top * rectHeightPx - marginY * scaleY,
    scaleX,
    scaleY,
    contentLeftPx: marginX,
    contentTopPx: marginY,
    contentRightPx: spec.widthPx - (paddingX - marginX),
    contentBottomPx: spec.heightPx - (paddingY - marginY),
  };
}

/** Where an input shows its region of a picture of this size, edges as shares of the input; the rest is padding. */
export function contentNorm(
  spec: InputPlacement,
  picture: Readonly<{ widthPx: number; heightPx: number }>,
) {
  const at = placeInput(spec, 0, 0, picture.widthPx, picture.heightPx);
  return {
    left: at.contentLeftPx / spec.widthPx,
    top: at.contentTopPx / spec.heightPx,
    right: at.contentRightPx / spec.widthPx,
    bottom: at.contentBottomPx / spec.heightPx,
  };
}
