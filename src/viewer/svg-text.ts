/** The font of all drawings, as SVG and Pango name it. */
export const fontFamily = 'DejaVu Sans, Arial, sans-serif';

/** Returns the width of a text in a font size, pixels. */
export type TextWidth = (words: string, fontPx: number) => number;

/** Estimates from the mean width of a bold letter, without measuring. */
export const estimatedTextWidth: TextWidth = (words, fontPx) => words.length * fontPx * 0.66;

export const escapedXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Text colour on a label of this colour (`#rrggbb`): dark on light ones, white on dark ones (ITU-R BT.601 luma). */
export function textColourOn(colour: string): string {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  const luma = 0.299 * red! + 0.587 * green! + 0.114 * blue!;
  return luma > 120 ? '#101418' : '#ffffff';
}
