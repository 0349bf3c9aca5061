/** Where a label may stand: left, top, right, bottom. */
export type Area = [left: number, top: number, right: number, bottom: number];

/**
 * Places one label a box so that none hides another, as far as there is room: above its box, else below it, else in
 * further rows above. Labels stay inside the frame. `boxes` come with the size of their label, most important first;
 * the answer is in their order.
 */
export function placeLabels(
  boxes: readonly { boxXyxyPx: Area; labelWidthPx: number }[],
  labelHeightPx: number,
  frameWidthPx: number,
  frameHeightPx: number,
): Area[] {
  const placed: Area[] = [];
  for (const { boxXyxyPx, labelWidthPx } of boxes) {
    const [boxLeft, boxTop, , boxBottom] = boxXyxyPx;
    const left = Math.max(0, Math.min(boxLeft, frameWidthPx - labelWidthPx));
    const tops = [
      boxTop - labelHeightPx,
      boxBottom,
      ...[2, 3, 4].map((row) => boxTop - row * labelHeightPx),
      ...[1, 2].map((row) => boxBottom + row * labelHeightPx),
    ];
    const areas = tops.map((wanted): Area => {
      const top = Math.max(0, Math.min(wanted, frameHeightPx - labelHeightPx));
      return [left, top, left + labelWidthPx, top + labelHeightPx];
    });
    placed.push(areas.find((area) => !placed.some((other) => overlap(area, other))) ?? areas[0]!);
  }
  return placed;
}

const overlap = (a: Area, b: Area) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
