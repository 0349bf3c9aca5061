import { at, type Corruption, moved, shorterEdgePx } from './corruption.js';

/** Lines are read out one after the other: turning slants the picture, vibration makes it wavy. */
export const rollingShutter: Corruption = (picture, strength, random) => {
  const { widthPx, heightPx } = picture;
  const edgePx = shorterEdgePx(picture);
  const slantPx =
    at([0.015, 0.03, 0.05, 0.075, 0.11], strength) * edgePx * (random.chance(0.5) ? 1 : -1);
  const wavePx = Math.abs(slantPx) * 0.25;
  const phase = random.between(0, 2 * Math.PI);
  return moved(picture, (x, y) => {
    const share = y / heightPx - 0.5;
    const shift = slantPx * share + wavePx * Math.sin(share * 6 * Math.PI + phase);
    return [Math.min(widthPx - 1, x + shift), y];
  });
};

/** The camera is rotated about its axis by half a degree to five; strength 2 is one degree. */
export const tilt: Corruption = (picture, strength, random) => {
  const { widthPx, heightPx } = picture;
  const degrees = at([0.5, 1, 2, 3.5, 5], strength) * (random.chance(0.5) ? 1 : -1);
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return moved(picture, (x, y) => {
    const [dx, dy] = [x - widthPx / 2, y - heightPx / 2];
    return [widthPx / 2 + dx * cos - dy * sin, heightPx / 2 + dx * sin + dy * cos];
  });
};

/** The lens distorts differently from its calibration, and its centre is shifted. */
export const wrongCalibration: Corruption = (picture, strength, random) => {
  const { widthPx, heightPx } = picture;
  const bend = at([0.02, 0.04, 0.07, 0.11, 0.16], strength) * (random.chance(0.5) ? 1 : -1);
  const shiftPx = at([0.005, 0.01, 0.016, 0.024, 0.035], strength) * shorterEdgePx(picture);
  const direction = random.between(0, 2 * Math.PI);
  const [shiftX, shiftY] = [shiftPx * Math.cos(direction), shiftPx * Math.sin(direction)];
  const half = Math.hypot(widthPx, heightPx) / 2;
  return moved(picture, (x, y) => {
    const [dx, dy] = [x - widthPx / 2, y - heightPx / 2];
    const factor = 1 + bend * ((dx * dx + dy * dy) / (half * half));
    return [widthPx / 2 + dx * factor + shiftX, heightPx / 2 + dy * factor + shiftY];
  });
};
