import { signClasses } from '../../src/perception/classes.js';
import { drawWord } from './glyphs.js';
import { arrows, carFigure, lorryFigure, pictograms, truckFigure } from './pictograms.js';

/** Outline of a sign's plate. */
export type SignShape = 'circle' | 'triangle' | 'yield' | 'octagon' | 'diamond';

export interface SignDrawing {
  shape: SignShape;
  /** Elements in a field of 100 x 100. */
  content: string;
}

const red = '#c4161f';
const blue = '#14509c';
const yellow = '#f6b60d';
const black = '#16161a';
const white = '#fbfbf8';
const grey = '#85868a';

const triangle = 'M50 8 L97 89 H3 Z';
const outlines: Record<SignShape, string> = {
  circle: '<circle cx="50" cy="50" r="49"/>',
  triangle: `<path d="${triangle}" stroke-width="6" stroke-linejoin="round" stroke="#fff"/>`,
  yield: '<path d="M50 92 L97 11 H3 Z" stroke-width="6" stroke-linejoin="round" stroke="#fff"/>',
  octagon: '<path d="M30 1 H70 L99 30 V70 L70 99 H30 L1 70 V30 Z"/>',
  diamond:
    '<path d="M50 3 L97 50 L50 97 L3 50 Z" stroke-width="4" stroke-linejoin="round" stroke="#fff"/>',
};

/** The plate's outline as a mask: the plate white, the rest black. */
export function drawMask(shape: SignShape): string {
  return svg(`<rect width="100" height="100"/><g fill="#fff">${outlines[shape]}</g>`);
}

/** The sign's face. Outside the plate the field has the rim's colour, so that filtering bleeds no other colour in. */
export function drawFace(drawing: SignDrawing): string {
  return svg(drawing.content);
}

function svg(content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128" viewBox="0 0 100 100">${content}</svg>`;
}

const ring = `<rect width="100" height="100" fill="${white}"/><circle cx="50" cy="50" r="48" fill="${red}"/><circle cx="50" cy="50" r="36.5" fill="${white}"/>`;
const forbid = (content: string): SignDrawing => ({ shape: 'circle', content: ring + content });
const speedLimit = (limit: string): SignDrawing =>
  forbid(
    limit.length === 2
      ? drawWord(limit, 50, 50, 43, 1.03, black, 2.6)
      : drawWord(limit, 50, 50, 36, 0.74, black, 3),
  );
const warn = (content: string, scale = 0.84): SignDrawing => ({
  shape: 'triangle',
  content: `<rect width="100" height="100" fill="${white}"/><path d="${triangle}" fill="${red}" stroke="${red}" stroke-width="3.6" stroke-linejoin="round"/><path d="M50 27 L80.8 80 H19.2 Z" fill="${white}" stroke="${white}" stroke-width="4.5" stroke-linejoin="round"/><g transform="translate(50 58.5) scale(${scale}) translate(-50 -58)">${content}</g>`,
});
const mirror = (content: string): string =>
  `<g transform="translate(100 0) scale(-1 1)">${content}</g>`;
const order = (content: string): SignDrawing => ({
  shape: 'circle',
  content: `<rect width="100" height="100" fill="${white}"/><circle cx="50" cy="50" r="48" fill="${blue}"/>${content}`,
});
const bars = [-5.6, -2.8, 0, 2.8, 5.6]
  .map(
    (offset) =>
      `<path d="M${16 + offset} ${84 + offset} L${84 + offset} ${16 + offset}" stroke="${black}" stroke-width="2.2"/>`,
  )
  .join('');
const endOf = (content: string): SignDrawing => ({
  shape: 'circle',
  content: `<rect width="100" height="100" fill="${white}"/><circle cx="50" cy="50" r="47.5" fill="${white}" stroke="${black}" stroke-width="1.4"/>${content}<clipPath id="d"><circle cx="50" cy="50" r="47"/></clipPath><g clip-path="url(#d)">${bars}</g>`,
});

const drawings: Record<(typeof signClasses)[number], SignDrawing> = {
  speed_limit_20: speedLimit('20'),
  speed_limit_30: speedLimit('30'),
  speed_limit_50: speedLimit('50'),
  speed_limit_60: speedLimit('60'),
  speed_limit_70: speedLimit('70'),
  speed_limit_80: speedLimit('80'),
  end_of_speed_limit_80: endOf(drawWord('80', 50, 50, 44, 1, grey, 2.9)),
  speed_limit_100: speedLimit('100'),
  speed_limit_120: speedLimit('120'),
  no_passing: forbid(carFigure(36.5, 59, 1, red) + carFigure(63.5, 59, 1, black)),
  no_passing_over_3_5_t: forbid(lorryFigure(37.5, 60, 0.88, red) + carFigure(63, 60, 0.88, black)),
  right_of_way_at_next_intersection: warn(pictograms.crossroads, 0.6),
  priority_road: {
    shape: 'diamond',
    content: `<rect width="100" height="100" fill="${black}"/><path d="M50 4.5 L95.5 50 L50 95.5 L4.5 50 Z" fill="${white}"/><path d="M50 21 L79 50 L50 79 L21 50 Z" fill="${yellow}" stroke="${black}" stroke-width="1"/>`,
  },
  yield: {
    shape: 'yield',
    content: `<rect width="100" height="100" fill="${white}"/><path d="M50 92 L97 11 H3 Z" fill="${red}" stroke="${red}" stroke-width="3.6" stroke-linejoin="round"/><path d="M50 72 L79.5 21 H20.5 Z" fill="${white}" stroke="${white}" stroke-width="4" stroke-linejoin="round"/>`,
  },
  stop: {
    shape: 'octagon',
    content: `<rect width="100" height="100" fill="${white}"/><path d="M31 3.5 H69 L96.5 31 V69 L69 96.5 H31 L3.5 69 V31 Z" fill="${red}"/>${drawWord('STOP', 50, 50, 34, 0.92, white, 2.9)}`,
  },
  no_vehicles: forbid(''),
  no_vehicles_over_3_5_t: forbid(mirror(truckFigure(50, 62, 1.62, black))),
  no_entry: {
    shape: 'circle',
    content: `<rect width="100" height="100" fill="${white}"/><circle cx="50" cy="50" r="48" fill="${red}"/><rect x="14" y="41" width="72" height="18" fill="${white}"/>`,
  },
  general_caution: warn(pictograms.exclamation, 0.84),
  dangerous_curve_left: warn(pictograms.curveLeft, 0.64),
  dangerous_curve_right: warn(mirror(pictograms.curveLeft), 0.64),
  double_curve: warn(pictograms.doubleCurve, 0.72),
  bumpy_road: warn(pictograms.bumps, 0.84),
  slippery_road: warn(pictograms.skid, 0.72),
  road_narrows_on_the_right: warn(pictograms.narrowsRight, 0.78),
  road_work: warn(pictograms.roadWork, 0.78),
  traffic_signals: warn(pictograms.signals, 0.8),
  pedestrians: warn(pictograms.walker, 0.8),
  children_crossing: warn(pictograms.children, 0.74),
  bicycles_crossing: warn(
    `<g transform="translate(50 60) scale(1.08) translate(-50 -59)">${pictograms.bicycle}</g>`,
  ),
  beware_of_ice_or_snow: warn(pictograms.snow, 0.7),
  wild_animals_crossing: warn(pictograms.deer, 0.72),
  end_of_all_limits: endOf(''),
  turn_right_ahead: order(arrows.right),
  turn_left_ahead: order(mirror(arrows.right)),
  ahead_only: order(arrows.ahead),
  go_straight_or_right: order(arrows.aheadOrRight),
  go_straight_or_left: order(mirror(arrows.aheadOrRight)),
  keep_right: order(arrows.keepRight),
  keep_left: order(mirror(arrows.keepRight)),
  roundabout_mandatory: order(arrows.roundabout),
  end_of_no_passing: endOf(carFigure(34, 59, 1.12, grey) + carFigure(66, 59, 1.12, grey)),
  end_of_no_passing_over_3_5_t: endOf(
    lorryFigure(34, 62, 1.12, grey) + carFigure(66, 62, 1.06, grey),
  ),
};

/** The 43 signs in the order of their GTSRB class ids. */
export const signDrawings: readonly SignDrawing[] = signClasses.map((name) => drawings[name]);
