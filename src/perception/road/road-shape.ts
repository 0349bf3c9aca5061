/** Stations along the road, metres from the point below the camera: denser nearby, where the picture has more detail. */
export const stationsM: readonly number[] = Array.from({ length: 44 }, (_, i) => 4 * 1.073 ** i);
export const stationCount = stationsM.length;
/** Knots of the curvature, metres; linear between them, constant beyond the last one. */
const knotsM = [0, 14, 28, 42, 60, 80] as const;
export const knotCount = knotsM.length;

/** Indices into the vector of unknowns. */
export const place = {
  /** Left and right border, metres to the left of the camera. */
  left: 0,
  right: 1,
  headingRad: 2,
  /** Slope of the road against the mount's plane at the camera, from springs. */
  slopeRad: 3,
  /** Curvatures at the knots, 1/metres: to the left, and upwards. */
  turns: 4,
  rises: 4 + knotCount,
} as const;
export const stateCount = 4 + 2 * knotCount;

/** Prior of the curvatures: one standard deviation, 1/metres, and the length over which they stay alike, metres. */
const turning = { deviationPerM: 0.006, lengthM: 40 };
const rising = { deviationPerM: 0.0006, lengthM: 30 };
const headingDeviationRad = 0.06;

/** Prior covariance of the road's shape, row-major; borders are not included. */
export function priorCovariance(slopeDeviationRad: number): Float64Array {
  const covariance = new Float64Array(stateCount * stateCount);
  covariance[place.headingRad * (stateCount + 1)] = headingDeviationRad ** 2;
  covariance[place.slopeRad * (stateCount + 1)] = slopeDeviationRad ** 2;
  for (const [first, { deviationPerM, lengthM }] of [
    [place.turns, turning],
    [place.rises, rising],
  ] as const)
    for (const [i, a] of knotsM.entries())
      for (const [j, b] of knotsM.entries()) {
        // Matérn covariance of order 3/2.
        const away = (Math.sqrt(3) * Math.abs(a - b)) / lengthM;
        covariance[(first + i) * stateCount + first + j] =
          deviationPerM ** 2 * (1 + away) * Math.exp(-away);
      }
  return covariance;
}

/** Weight of a knot's curvature at a distance along the road. */
function shareAt(knot: number, sM: number): number {
  const at = knotsM[knot]!;
  const before = knotsM[knot - 1];
  const after = knotsM[knot + 1];
  if (sM <= at) return before === undefined ? 1 : Math.max(0, (sM - before) / (at - before));
  return after === undefined ? 1 : Math.max(0, (after - sM) / (after - at));
}

/** By knot and station: how much a curvature of 1 at the knot turns and lifts the road up to the station. */
const turnedBy = new Float64Array(knotCount * stationCount);
const liftedBy = new Float64Array(knotCount * stationCount);
const stepM = 0.25;
for (let knot = 0; knot < knotCount; knot++) {
  let [turned, lifted, station] = [0, 0, 0];
  for (let sM = 0; station < stationCount; sM += stepM) {
    while (station < stationCount && stationsM[station]! <= sM) {
      turnedBy[knot * stationCount + station] = turned;
      liftedBy[knot * stationCount + station++] = lifted;
    }
    lifted += turned * stepM;
    turned += shareAt(knot, sM + stepM / 2) * stepM;
  }
}

export const turnedAt = (knot: number, station: number): number =>
  turnedBy[knot * stationCount + station]!;
export const liftedAt = (knot: number, station: number): number =>
  liftedBy[knot * stationCount + station]!;

/** The road's middle line at the stations, and its derivatives by curvature to the left and by heading. */
export class RoadCourse {
  readonly xM = new Float64Array(stationCount);
  readonly yM = new Float64Array(stationCount);
  readonly zM = new Float64Array(stationCount);
  readonly headingRad = new Float64Array(stationCount);
  /** By knot and station: change of x and y with the knot's curvature to the left. */
  readonly xByTurn = new Float64Array(knotCount * stationCount);
  readonly yByTurn = new Float64Array(knotCount * stationCount);
  /** By station: change of x and y with the heading. */
  readonly xByHeading = new Float64Array(stationCount);
  readonly yByHeading = new Float64Array(stationCount);

  set(state: Float64Array): void {
    let [x, y, before, heading] = [0, 0, 0, state[place.headingRad]!];
    let [xh, yh] = [0, 0];
    for (let i = 0; i < stationCount; i++) {
      let turned = state[place.headingRad]!;
      let lifted = state[place.slopeRad]! * stationsM[i]!;
      for (let knot = 0; knot < knotCount; knot++) {
        turned += state[place.turns + knot]! * turnedAt(knot, i);
        lifted += state[place.rises + knot]! * liftedAt(knot, i);
      }
      const step = stationsM[i]! - before;
      const middle = (heading + turned) / 2;
      const [c, s] = [Math.cos(middle) * step, Math.sin(middle) * step];
      x += c;
      y += s;
      xh -= s;
      yh += c;
      for (let knot = 0; knot < knotCount; knot++) {
        const at = knot * stationCount + i;
        const byTurn = (turnedAt(knot, i) + (i === 0 ? 0 : turnedAt(knot, i - 1))) / 2;
        this.xByTurn[at] = (i === 0 ? 0 : this.xByTurn[at - 1]!) - s * byTurn;
        this.yByTurn[at] = (i === 0 ? 0 : this.yByTurn[at - 1]!) + c * byTurn;
      }
      this.xM[i] = x;
      this.yM[i] = y;
      this.zM[i] = lifted;
      this.headingRad[i] = turned;
      this.xByHeading[i] = xh;
      this.yByHeading[i] = yh;
      before = stationsM[i]!;
      heading = turned;
    }
  }
}
