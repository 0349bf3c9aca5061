/** Black pictograms as SVG fragments in the 100 x 100 field of a sign. Drawn for this project. */

const line = (d: string, width: number, colour = '#16161a'): string =>
  `<path d="${d}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"/>`;
const solid = (d: string, colour = '#16161a'): string => `<path d="${d}" fill="${colour}"/>`;
const dot = (x: number, y: number, r: number, colour = '#16161a'): string =>
  `<circle cx="${x}" cy="${y}" r="${r}" fill="${colour}"/>`;

/** A passenger car from the side, its wheels on y = 0 before the shift; 26 wide. */
export function carFigure(x: number, y: number, scale: number, colour: string): string {
  return `<g transform="translate(${x} ${y}) scale(${scale})">${solid('M-13 -3 V-7 Q-12.6 -8.8 -9.5 -9 L-6 -13.4 Q-5.3 -14 -4 -14 H4.6 Q6 -14 6.8 -13 L9.6 -9 Q13 -8.6 13 -6.6 V-3 Z', colour)}${dot(-7.6, -2.6, 2.9, colour)}${dot(7.8, -2.6, 2.9, colour)}<path d="M-5 -9.4 L-3.3 -12.3 H-.6 V-9.4 Z M.8 -9.4 V-12.3 H4.4 L6.6 -9.4 Z" fill="#fff"/></g>`;
}

/** A lorry from the side that heads right, 34 wide. */
export function truckFigure(x: number, y: number, scale: number, colour: string): string {
  return `<g transform="translate(${x} ${y}) scale(${scale})">${solid('M-17 -3.4 V-19 H6 V-3.4 Z', colour)}${solid('M7.2 -3.4 V-14.4 H12.4 L16.4 -8.6 V-3.4 Z', colour)}<path d="M9 -9 V-12.6 H11.8 L14.2 -9 Z" fill="#fff"/>${dot(-11, -2.6, 3.1, colour)}${dot(-3.4, -2.6, 3.1, colour)}${dot(11, -2.6, 3.1, colour)}</g>`;
}

export const pictograms = {
  crossroads: solid(
    'M50 24 L61 40 H54.6 V49 H66 V56.5 H54.6 V80 H45.4 V56.5 H34 V49 H45.4 V40 H39 Z',
  ),
  exclamation: `${solid('M44.6 32 Q50 27 55.4 32 L53 61 Q50 63.4 47 61 Z')}${dot(50, 72, 5.6)}`,
  curveLeft: `${line('M58.5 80 V59 Q58.5 48.5 48 48.5 H45', 7.4)}${solid('M30 48.5 L46 38 V59 Z')}`,
  doubleCurve: `${line('M57.5 81 V71.5 L42.5 59.5 V56 L56 45.5 V43', 7)}${solid('M56 27 L65.4 44.5 H46.6 Z')}`,
  bumps: solid(
    'M20 78 V73 H25 Q34 73 37 64.5 Q39.5 58.5 42.5 64.5 Q45.5 72 50 72 Q54.5 72 57.5 64.5 Q60.5 58.5 63 64.5 Q66 73 75 73 H80 V78 Z',
  ),
  skid: `<g transform="translate(51 54) rotate(-14)">${solid('M-12.5 1 V-4.5 Q-12.3 -6.4 -9.4 -6.8 L-6.4 -12.4 Q-5.9 -13.2 -4.8 -13.2 H4.8 Q5.9 -13.2 6.4 -12.4 L9.4 -6.8 Q12.3 -6.4 12.5 -4.5 V1 Z')}<rect x="-11.4" y="0" width="5" height="5" fill="#16161a"/><rect x="6.4" y="0" width="5" height="5" fill="#16161a"/><path d="M-6.6 -7 L-4.4 -11 H4.4 L6.6 -7 Z" fill="#fff"/></g>${line('M42 63 C37 68 50 71 43 75 C39 78 41 79.5 43 81', 3)}${line('M58 61 C53 66 66 70 59 74 C55 77 57 78.5 59 80.5', 3)}`,
  narrowsRight: `${line('M41 80 V33', 6)}${line('M60.5 80 V67 L55 55 V33', 6)}`,
  roadWork: `${dot(45, 37, 5)}${line('M44 45 L37 58', 8)}${line('M37 59 L43 67 L41 79', 5.4)}${line('M36 59 L31 69 L25 79', 5.4)}${line('M46 47 L51 56 L59 60', 4.2)}${line('M38 51 L64 69', 2.6)}${solid('M55 80 Q60 66 68 66 Q77 67 83 80 Z')}`,
  signals: `<rect x="41.5" y="32" width="17" height="47" rx="5" fill="#16161a"/>${dot(50, 41, 6, '#e0202a')}${dot(50, 55.5, 6, '#f4b800')}${dot(50, 70, 6, '#0c9a48')}`,
  walker: `${dot(50, 33.5, 4.7)}${line('M50 42 L49 57', 8)}${line('M49 58 L56 67 L59 79', 4.8)}${line('M48.5 58 L44 68 L38 79', 4.8)}${line('M52 43 L58.5 50 L62 57', 3.6)}${line('M48 43 L42 50 L41 58', 3.6)}${line('M26 80.5 H34 M44 80.5 H52 M63 80.5 H72', 3)}`,
  children: `${dot(58, 38, 4.8)}${line('M57 46 L55.5 59', 7.6)}${line('M55.5 60 L62 68 L68 77', 4.4)}${line('M55 60 L53 70 L46.5 78', 4.4)}${line('M59.5 47 L66 54 L71 52', 3.4)}${line('M55 47 L48 54', 3.4)}${dot(38.5, 47, 4.3)}${line('M38 54 L37 64', 6.4)}${line('M37 65 L43 71 L42 79', 3.8)}${line('M36.6 65 L32 71 L26 74', 3.8)}${line('M40 55 L47 57', 3)}${line('M36 55 L30 61', 3)}`,
  bicycle: `<g fill="none" stroke="#16161a" stroke-width="3"><circle cx="36" cy="66" r="10.6"/><circle cx="64.5" cy="66" r="10.6"/></g>${line('M36 66 L43.5 52 H60 L64.5 66', 2.8)}${line('M36 66 H50 L60 52', 2.8)}${line('M50 66 L42.6 47.6', 2.8)}${line('M39 47 H47', 3)}${line('M61 55 L57.6 45 H63.6', 2.8)}`,
  snow: [0, 60, 120]
    .map(
      (turn) =>
        `<g transform="rotate(${turn} 50 58)">${line('M50 38 V78', 3.6)}${line('M44.6 41.6 L50 46.6 L55.4 41.6 M44.6 74.4 L50 69.4 L55.4 74.4', 2.7)}</g>`,
    )
    .join(''),
  deer: `${solid('M29 66 Q31 54 42 53 L57 50.5 L64 41.5 L62.5 38.5 L72 42.5 L73 46.5 L68 48 L64 57 Q60 62 54 62 L43 64.5 Q36 65 33.5 70 Z')}${line('M33 67 L27 72 L30 80', 3.4)}${line('M38 64 L36 71 L41 79', 3.4)}${line('M58 60 L68 63 L73 59', 3.2)}${line('M55 60.5 L63 67 L70 66.5', 3.2)}${line('M65.5 40 L61 32 M63.5 36 L66.5 29.5 M62 33.5 L57 31', 2.2)}`,
};

const white = '#fbfbf8';

/** White arrows of the blue discs. */
export const arrows = {
  ahead: `${line('M50 82 V38', 11, white)}${solid('M50 13 L69 42 H31 Z', white)}`,
  right: `${line('M40 80 V56 Q40 44 52 44 H58', 10.5, white)}${solid('M82 44 L57 27 V61 Z', white)}`,
  aheadOrRight: `${line('M42 82 V36', 9.4, white)}${solid('M42 13 L57 37 H27 Z', white)}${line('M42 58 H63', 9.4, white)}${solid('M84 58 L62 43.6 V72.4 Z', white)}`,
  keepRight: `${line('M29 31 L58 60', 11.5, white)}${solid('M76 76 L42.5 71 L71 42.5 Z', white)}`,
  roundabout: [0, 120, 240]
    .map(
      (turn) =>
        `<g transform="rotate(${turn} 50 50)"><path d="M71.6 65.2 A26.4 26.4 0 0 0 74.6 40.4" fill="none" stroke="${white}" stroke-width="10"/><path d="M79.5 35.5 L60.5 43 L66 23.6 Z" fill="${white}"/></g>`,
    )
    .join(''),
};
