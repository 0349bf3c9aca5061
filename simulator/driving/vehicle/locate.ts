import type { Road } from '../../world/road.js';

/**
 * Road coordinates of a point of the plane: metres along the road and left of its centre line. `nearSM` is its
 * previous position; the result is the foot of the perpendicular nearest to it.
 */
export function locate(
  road: Road,
  xM: number,
  yM: number,
  nearSM: number,
): { sM: number; dM: number } {
  let sM = nearSM;
  let dM = 0;
  for (let turn = 0; turn < 8; turn++) {
    const { x, y, headingRad, curvaturePerM } = road.at(sM);
    const alongM = Math.cos(headingRad) * (xM - x) + Math.sin(headingRad) * (yM - y);
    dM = -Math.sin(headingRad) * (xM - x) + Math.cos(headingRad) * (yM - y);
    // Left of a left-hand bend's centre line, a metre of the plane is more than a metre of the road.
    sM += alongM / Math.max(0.2, 1 - curvaturePerM * dM);
    if (Math.abs(alongM) < 1e-7) break;
  }
  return { sM, dM };
}
