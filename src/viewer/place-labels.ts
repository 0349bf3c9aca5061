/** A part of a picture, pixels. */
export interface LabelArea {
  x: number;
  y: number;
  widthPx: number;
  heightPx: number;
}

/** A label that belongs to a box. */
export interface Label {
  widthPx: number;
  heightPx: number;
  box: LabelArea;
}

/** Rows tried above and below a box. */
const mostRows = 12;

/**
 * Places labels at their boxes (above, below, inside, at the side) if there is room, else in the nearest free row above or
 * below; never over another label or `taken`, and within the picture. Earlier labels choose first. Undefined for a label
 * without room nearby.
 */
export function placeLabels(
  labels: readonly Label[],
  picture: { widthPx: number; heightPx: number },
  taken: readonly LabelArea[] = [],
): (LabelArea | undefined)[] {
  const areas = [...taken];
  return labels.map((label) => {
    const place = candidates(label)
      .map((at) => inside(at, picture))
      .find((area) => areas.every((other) => !overlap(area, other)));
    if (place !== undefined) areas.push(place);
    return place;
  });
}

/** The line from a label that is apart from its box to the middle of the box's edge; undefined if none is needed. */
export function leaderLine(
  at: LabelArea,
  box: LabelArea,
): { from: [x: number, y: number]; to: [x: number, y: number] } | undefined {
  const isAbove = at.y + at.heightPx < box.y - 1;
  const isBelow = at.y > box.y + box.heightPx + 1;
  if (!isAbove && !isBelow) return undefined;
  const middle = box.x + box.widthPx / 2;
  const x = Math.max(at.x, Math.min(middle, at.x + at.widthPx));
  return isAbove
    ? { from: [x, at.y + at.heightPx], to: [middle, box.y] }
    : { from: [x, at.y], to: [middle, box.y + box.heightPx] };
}

function* places({ widthPx, heightPx, box }: Label): Generator<[x: number, y: number]> {
  const [left, right] = [box.x, box.x + box.widthPx];
  const [top, bottom] = [box.y, box.y + box.heightPx];
  yield [left, top - heightPx];
  yield [right - widthPx, top - heightPx];
  yield [left, bottom];
  yield [right - widthPx, bottom];
  yield [left, top];
  yield [right, top];
  yield [left - widthPx, top];
  for (let row = 2; row <= mostRows; row++) {
    for (const x of [left, right - widthPx, right, left - widthPx]) {
      yield [x, top - row * heightPx];
      yield [x, bottom + (row - 1) * heightPx];
    }
  }
}

const candidates = (label: Label): LabelArea[] =>
  [...places(label)].map(([x, y]) => ({ x, y, widthPx: label.widthPx, heightPx: label.heightPx }));

function inside(area: LabelArea, picture: { widthPx: number; heightPx: number }): LabelArea {
  const x = Math.max(0, Math.min(area.x, picture.widthPx - area.widthPx));
  const y = Math.max(0, Math.min(area.y, picture.heightPx - area.heightPx));
  return { ...area, x, y };
}

function overlap(a: LabelArea, b: LabelArea): boolean {
  const isBeside = a.x + a.widthPx <= b.x || b.x + b.widthPx <= a.x;
  const isAbove = a.y + a.heightPx <= b.y || b.y + b.heightPx <= a.y;
  return !isBeside && !isAbove;
}
