/** Black pictograms as SVG fragments in the 100 x 100 field of a sign. Drawn for this project. */

const line = (d: string, width: number, colour = '#16161a'): string =>
  `<path d="${d}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"/>`;
const solid = (d: string, colour = '#16161a'): string => `<path d="${d}" fill="${colour}"/>`;
const dot = (x: number, y: number, r: number, colour = '#16161a'): string =>
  `<circle cx="${x}" cy="${y}" r="${r}" fill="${colour}"/>`;

/** A passenger car from behind, 23 wide, its wheels on y = 0 before the shift. */
export function carFigure(x: number, y: number, scale: number, colour: string): string {
  return `<g transform="translate(${x} ${y}) scale(${scale})">${solid('M-11.5 -2.6 V-10 Q-11.5 -11.6 -9.8 -11.6 H9.8 Q11.5 -11.6 11.5 -10 V-2.6 Z', colour)}<path d="M-8.6 -11.4 L-6.4 -17 H6.4 L8.6 -11.4" fill="none" stroke="${colour}" stroke-width="1.5"/>${solid('M-9.8 -3 H-6 V0 H-9.8 Z M6 -3 H9.8 V0 H6 Z', colour)}</g>`;
}

/** A lorry from behind, 23 wide and higher than the car. */
export function lorryFigure(x: number, y: number, scale: number, colour: string): string {
  return `<g transform="translate(${x} ${y}) scale(${scale})">${solid('M-11.5 -5 V-28 H11.5 V-5 Z', colour)}${solid('M-10 -4.2 H10 V-2.6 H9.6 V0 H6 V-2.6 H-6 V0 H-9.6 V-2.6 H-10 Z', colour)}</g>`;
}

/** A lorry from the side, heading right, 34 wide. */
export function truckFigure(x: number, y: number, scale: number, colour: string): string {
  return `<g transform="translate(${x} ${y}) scale(${scale})">${solid('M-17 -3.4 V-19 H6 V-3.4 Z', colour)}${solid('M7.2 -3.4 V-14.4 H12.4 L16.4 -8.6 V-3.4 Z', colour)}<path d="M9 -9 V-12.6 H11.8 L14.2 -9 Z" fill="#fff"/>${dot(-11, -2.6, 3.1, colour)}${dot(-3.4, -2.6, 3.1, colour)}${dot(11, -2.6, 3.1, colour)}</g>`;
}

export const pictograms = {
  crossroads: solid(
    'M50 21 L65 43 H57 V50 H69 L67 60 H57 V70 L60 82 H40 L43 70 V60 H33 L31 50 H43 V43 H35 Z',
  ),
  exclamation: `${solid('M44.6 32 Q50 27 55.4 32 L53 61 Q50 63.4 47 61 Z')}${dot(50, 72, 5.6)}`,
  curveLeft: `${line('M66 82 V62 Q66 47 51 47 H42', 15)}${solid('M22 47 L44 31 V63 Z')}`,
  doubleCurve: solid('M33 34 L48 26 V51 L67 60 V86 L52 81 V69 L33 60 Z'),
  bumps: solid(
    'M26 80 V75 H30 Q36 74 38 66 Q41 60 44 66 Q46 73 50 74 Q54 73 56 66 Q59 60 62 66 Q64 74 70 75 H74 V80 Z',
  ),
  skid: `<g transform="translate(50 56) rotate(8) scale(1.22)">${solid('M-14 -2.6 V-9.6 Q-14 -11.4 -12 -11.4 H12 Q14 -11.4 14 -9.6 V-2.6 Z')}<path d="M-10.4 -11 L-7.8 -17.4 H7.8 L10.4 -11" fill="none" stroke="#16161a" stroke-width="1.8"/><rect x="-12" y="-3" width="4.6" height="4" fill="#16161a"/><rect x="7.4" y="-3" width="4.6" height="4" fill="#16161a"/></g>${line('M57 61 C60 68 46 70 40 74 C36 77 35 80 34 83', 2)}${line('M41 59 C40 66 54 70 56 75 C57 78 56 80 55 83', 2)}`,
  narrowsRight: `${line('M39 82 V32', 6)}${line('M64 82 V70 L56 56 V32', 6)}`,
  roadWork: `${dot(45, 37, 5)}${line('M44 45 L37 58', 8)}${line('M37 59 L43 67 L41 79', 5.4)}${line('M36 59 L31 69 L25 79', 5.4)}${line('M46 47 L51 56 L59 60', 4.2)}${line('M38 51 L64 69', 2.6)}${solid('M55 80 Q60 66 68 66 Q77 67 83 80 Z')}`,
  signals: `${dot(50, 36, 8, '#d8202a')}${dot(50, 55, 8, '#f0b400')}${dot(50, 74, 8, '#0c8a48')}`,
  walker: `${dot(50, 31.5, 5)}${line('M50 41 L49 57', 8.6)}${line('M49 58 L57 68 L62 81', 5.2)}${line('M48.5 58 L44 69 L36 80', 5.2)}${line('M52 42 L60 50 L64 58', 4)}${line('M48 42 L41 50 L39 59', 4)}`,
  children: `${dot(58, 38, 4.8)}${line('M57 46 L55.5 59', 7.6)}${line('M55.5 60 L62 68 L68 77', 4.4)}${line('M55 60 L53 70 L46.5 78', 4.4)}${line('M59.5 47 L66 54 L71 52', 3.4)}${line('M55 47 L48 54', 3.4)}${dot(38.5, 47, 4.3)}${line('M38 54 L37 64', 6.4)}${line('M37 65 L43 71 L42 79', 3.8)}${line('M36.6 65 L32 71 L26 74', 3.8)}${line('M40 55 L47 57', 3)}${line('M36 55 L30 61', 3)}`,
  bicycle: `<g fill="none" stroke="#16161a" stroke-width="3"><circle cx="36" cy="66" r="10.6"/><circle cx="64.5" cy="66" r="10.6"/></g>${line('M36 66 L43.5 52 H60 L64.5 66', 2.8)}${line('M36 66 H50 L60 52', 2.8)}${line('M50 66 L42.6 47.6', 2.8)}${line('M39 47 H47', 3)}${line('M61 55 L57.6 45 H63.6', 2.8)}`,
  snow: [0, 60, 120]
    .map(
      (turn) =>
        `<g transform="rotate(${turn} 50 59)">${line('M50 36 V82', 4.6)}${line('M43.6 40.6 L50 47 L56.4 40.6 M43.6 77.4 L50 71 L56.4 77.4', 3.6)}</g>`,
    )
    .join(''),
  deer: `${solid('M34 34 L39 37.5 L45 49 Q56 50 63 56 L68 61 Q66 67 61 66 Q52 63 44 61 Q37 59 37 52 L35.5 43 L29 43.6 Q27.6 40.4 31 38.6 Z')}${line('M36 36 L38 27 M37.4 32 L43 28 M37 30 L33.6 25', 2.4)}${line('M40 56 L30 53 L24 57', 3.6)}${line('M42 59 L33 60.5 L29 65', 3.4)}${line('M63 62 L70 70 L79 80', 4)}${line('M60 63 L64 72 L72 83', 3.6)}`,
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
        `<g transform="rotate(${turn} 50 50)"><path d="M66.5 70.4 A26.4 26.4 0 0 0 75.4 42" fill="none" stroke="${white}" stroke-width="13"/><path d="M84.5 36.5 L57.5 46.5 L65.5 19.5 Z" fill="${white}"/></g>`,
    )
    .join(''),
};
