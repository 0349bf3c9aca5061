/** Overlap of a box with its true box: IoU, and the loss with its gradient. */
export interface BoxOverlap {
  /** Intersection over union, 0..1. */
  iou: number;
  /** 1 - GIoU, 0..2. */
  loss: number;
  /** d loss / d (centre x, centre y, width, height) of the box; overwritten by the next call. */
  gradient: Float64Array;
}

const none = { from: 0, to: 0 };

/**
 * Generalised intersection over union (Rezatofighi et al. 2019): GIoU = I / U - (C - U) / C, with C the area of the
 * smallest box around both, so that disjoint boxes have a gradient as well. `box` and `truth` are centre x,
 * centre y, width, height in any one unit, sizes above 0. Allocates once, when it is created.
 */
export function createBoxOverlap(): (
  box: ArrayLike<number>,
  truth: ArrayLike<number>,
) => BoxOverlap {
  const result: BoxOverlap = { iou: 0, loss: 0, gradient: new Float64Array(4) };
  const [x, y] = [axis(), axis()];
  return (box, truth) => {
    x.measure(box[0]!, box[2]!, truth[0]!, truth[2]!);
    y.measure(box[1]!, box[3]!, truth[1]!, truth[3]!);
    const intersection = x.shared * y.shared;
    const union = box[2]! * box[3]! + truth[2]! * truth[3]! - intersection;
    const around = x.around * y.around;
    result.iou = intersection / union;
    result.loss = 1 - result.iou + (around - union) / around;
    // d loss = -dI/U + I dU/U² + (U dC)/C² - dU/C, and dU = dA - dI.
    const byUnion = intersection / (union * union) - 1 / around;
    const byIntersection = -1 / union - byUnion;
    const byAround = union / (around * around);
    // How the two edges of an axis change the three areas.
    for (const edge of ['from', 'to'] as const) {
      x.slope[edge] =
        byIntersection * x.sharedSlope[edge] * y.shared + byAround * x.aroundSlope[edge] * y.around;
      y.slope[edge] =
        byIntersection * y.sharedSlope[edge] * x.shared + byAround * y.aroundSlope[edge] * x.around;
    }
    const { gradient } = result;
    gradient[0] = x.slope.from + x.slope.to;
    gradient[1] = y.slope.from + y.slope.to;
    gradient[2] = (x.slope.to - x.slope.from) / 2 + byUnion * box[3]!;
    gradient[3] = (y.slope.to - y.slope.from) / 2 + byUnion * box[2]!;
    return result;
  };
}

/** One axis of two boxes: the length that they share, the length around both, and the derivatives by the box's edges. */
function axis() {
  return {
    shared: 0,
    around: 0,
    sharedSlope: { ...none },
    aroundSlope: { ...none },
    slope: { ...none },
    measure(centre: number, size: number, trueCentre: number, trueSize: number): void {
      const [from, to] = [centre - size / 2, centre + size / 2];
      const [trueFrom, trueTo] = [trueCentre - trueSize / 2, trueCentre + trueSize / 2];
      const shared = Math.min(to, trueTo) - Math.max(from, trueFrom);
      this.shared = Math.max(0, shared);
      this.around = Math.max(to, trueTo) - Math.min(from, trueFrom);
      this.sharedSlope.to = shared > 0 && to < trueTo ? 1 : 0;
      this.sharedSlope.from = shared > 0 && from > trueFrom ? -1 : 0;
      this.aroundSlope.to = to > trueTo ? 1 : 0;
      this.aroundSlope.from = from < trueFrom ? -1 : 0;
    },
  };
}
