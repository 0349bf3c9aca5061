/** The font that everything is drawn in, as SVG and Pango name it. */
export const fontFamily = 'DejaVu Sans, Arial, sans-serif';

/** Tells how wide a text of a font size is, pixels. */
export type TextWidth = (words: string, fontPx: number) => number;

/** By the mean width of a bold letter: for whoever cannot measure. */
export const estimatedTextWidth: TextWidth = (words, fontPx) => words.length * fontPx * 0.66;

export const escapedXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Text of a chip in this colour (`#rrggbb`): dark on light ones, white on dark ones (ITU-R BT.601 luma). */
export function textColourOn(colour: string): string {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  const luma = 0.299 * red! + 0.587 * green! + 0.114 * blue!;
  return luma > 120 ? '#101418' : '#ffffff';
}
