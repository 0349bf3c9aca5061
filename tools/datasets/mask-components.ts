import type { BoxXyxy } from './box-geometry.js';

/** A connected group of pixels of one class. */
export interface MaskComponent {
  classId: number;
  /** Edges, pixels. */
  boxXyxyPx: BoxXyxy;
  areaPx: number;
}

/**
 * Connected components (4-connectivity) of the wanted classes in a class map, largest first.
 * `classMap` is row-major, one class id per pixel.
 */
export function findComponents(
  classMap: Uint8Array,
  widthPx: number,
  heightPx: number,
  wantedClasses: ReadonlySet<number>,
): MaskComponent[] {
  const isSeen = new Uint8Array(widthPx * heightPx);
  const stack = new Int32Array(widthPx * heightPx);
  const components: MaskComponent[] = [];
  for (let start = 0; start < classMap.length; start++) {
    const classId = classMap[start]!;
    if (isSeen[start] || !wantedClasses.has(classId)) continue;
    let left = widthPx;
    let right = 0;
    let top = heightPx;
    let bottom = 0;
    let areaPx = 0;
    let depth = 0;
    const visit = (index: number) => {
      if (isSeen[index] || classMap[index] !== classId) return;
      isSeen[index] = 1;
      stack[depth++] = index;
    };
    visit(start);
    while (depth > 0) {
      const index = stack[--depth]!;
      const x = index % widthPx;
      const y = (index - x) / widthPx;
      areaPx++;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
      if (x > 0) visit(index - 1);
      if (x + 1 < widthPx) visit(index + 1);
      if (y > 0) visit(index - widthPx);
      if (y + 1 < heightPx) visit(index + widthPx);
    }
    components.push({ classId, areaPx, boxXyxyPx: [left, top, right + 1, bottom + 1] });
  }
  return components.sort((a, b) => b.areaPx - a.areaPx);
}
