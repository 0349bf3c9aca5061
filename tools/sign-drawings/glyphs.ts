/**
 * Digits and letters as strokes in a cell 10 wide and 17 high, after the upright German road lettering. They are
 * built in, so that the atlas needs no installed font.
 */
const strokes: Record<string, string> = {
  '0': 'M1.4 5 a3.6 3.7 0 0 1 7.2 0 v7 a3.6 3.7 0 0 1 -7.2 0 z',
  '1': 'M1.6 5.2 L6 1.6 V17',
  '2': 'M1.4 5.2 a3.6 3.7 0 0 1 7.2 -.2 c0 3.6 -5.6 6.4 -7.1 10.6 H9.4',
  '3': 'M1.6 4.6 a3.3 3.1 0 1 1 3 3.6 M4.2 8.2 h.6 a3.7 3.7 0 1 1 -3.6 4.4',
  '5': 'M8.8 1.4 H2.5 L2 8.2 c1.2 -1 2.2 -1.3 3.1 -1.3 a3.5 4.4 0 1 1 -4 5.2',
  '6': 'M7.2 .9 C3.6 4 1.4 7.6 1.4 11.6 a3.6 4 0 1 0 7.2 0 a3.6 4 0 0 0 -7 -1',
  '7': 'M.7 1.5 H8.7 L4 17',
  '8': 'M2 4.8 a3 3.4 0 1 0 6 0 a3 3.4 0 1 0 -6 0 M1.4 12 a3.6 3.8 0 1 0 7.2 0 a3.6 3.8 0 1 0 -7.2 0',
  S: 'M8.5 5 a3.5 3.5 0 0 0 -7 .2 c0 4.4 7.1 2.6 7.1 7 a3.6 3.5 0 0 1 -7.3 .2',
  T: 'M.4 1.5 H9.6 M5 1.5 V17',
  O: 'M1.4 5 a3.6 3.7 0 0 1 7.2 0 v7 a3.6 3.7 0 0 1 -7.2 0 z',
  P: 'M2 17 V1.5 H5 a3.5 3.9 0 0 1 0 7.8 H2',
};

/**
 * SVG of a word centred at x, y; heightPx is the height of the glyphs, widthScale scales their width, strokeWidth is
 * in cell units.
 */
export function drawWord(
  word: string,
  x: number,
  y: number,
  heightPx: number,
  widthScale: number,
  colour: string,
  strokeWidth = 2.7,
): string {
  const scale = heightPx / 17;
  const advance = 11.6 * scale * widthScale;
  const left = x - (advance * word.length - 1.6 * scale * widthScale) / 2;
  return [...word]
    .map(
      (letter, index) =>
        `<path transform="translate(${left + index * advance} ${y - heightPx / 2}) scale(${scale * widthScale} ${scale})" d="${strokes[letter] ?? ''}" fill="none" stroke="${colour}" stroke-width="${strokeWidth}"/>`,
    )
    .join('');
}
