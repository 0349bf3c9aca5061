import type { InputSpec } from '../../src/bundle/input-spec.js';
import type { ImageInput } from './probe.js';

/** Value ranges of pixels in the input: see rangeValues. */
const ranges = ['0..255', '0..1', '-1..1', 'imagenet', 'caffe'] as const;
type Range = (typeof ranges)[number];
const colours = ['rgb', 'bgr', 'yuv'] as const;
const fits = ['stretch', 'letterbox', 'letterbox-top-left'] as const;

/** A way of feeding a network. */
export interface Feeding {
  colour: (typeof colours)[number];
  range: Range;
  fit: InputSpec['fit'];
  padValue: number;
}

/** Mean and deviation of ImageNet's pixels, red, green, blue, 0..255 (0.485 and 0.229 times 255, and so on). */
const imagenetMean = [123.675, 116.28, 103.53];
const imagenetDeviation = [58.395, 57.12, 57.375];

/** Mean and scale by channel in the feeding's colour order. Bytes with a sign begin at -128: 0..255 is moved down. */
function rangeValues(
  { colour, range }: Feeding,
  { dtype }: Pick<ImageInput, 'dtype'>,
): Pick<InputSpec, 'mean' | 'scale'> {
  const inOrder = (rgb: readonly number[]): [number, number, number] =>
    colour === 'bgr' ? [rgb[2]!, rgb[1]!, rgb[0]!] : [rgb[0]!, rgb[1]!, rgb[2]!];
  const same = (mean: number, scale: number) => ({
    mean: [mean, mean, mean] as [number, number, number],
    scale: [scale, scale, scale] as [number, number, number],
  });
  switch (range) {
    case '0..255':
      return same(dtype === 'int8' ? 128 : 0, 1);
    case '0..1':
      return same(0, 1 / 255);
    case '-1..1':
      return same(127.5, 1 / 127.5);
    case 'imagenet':
      return { mean: inOrder(imagenetMean), scale: inOrder(imagenetDeviation.map((d) => 1 / d)) };
    case 'caffe':
      return { mean: inOrder(imagenetMean), scale: [1, 1, 1] };
  }
}

/** The input spec of a feeding. */
export function inputSpecOf(
  feeding: Feeding,
  image: ImageInput,
  regionNorm: InputSpec['regionNorm'] = [0, 0, 1, 1],
): InputSpec {
  return {
    regionNorm,
    fit: feeding.fit,
    widthPx: image.widthPx,
    heightPx: image.heightPx,
    colour: feeding.colour,
    layout: image.layout,
    ...rangeValues(feeding, image),
    padValue: feeding.padValue,
  };
}

/** Feedings to try. */
export interface Plausible {
  colours: readonly Feeding['colour'][];
  fits: readonly Feeding['fit'][];
}

/** Feedings of detectors. */
export const anyFit: Plausible = { colours: ['rgb', 'bgr'], fits };

/**
 * Every plausible feeding, the usual one first; integer inputs take bytes unchanged. A fit or colours that the user named
 * are plausible too.
 */
export function plausibleFeedings(
  usual: Feeding,
  image: ImageInput,
  plausible: Plausible = anyFit,
): Feeding[] {
  const isInteger = !image.dtype.startsWith('float');
  const wanted: readonly Range[] = isInteger ? ['0..255'] : ranges;
  const all = including(plausible.fits, usual.fit).flatMap((fit) =>
    wanted.flatMap((range) =>
      including(plausible.colours, usual.colour).map(
        (colour): Feeding => ({
          colour,
          range,
          fit,
          padValue: usual.padValue,
        }),
      ),
    ),
  );
  return [usual, ...all.filter((feeding) => !isSame(feeding, usual))];
}

const including = <Choice>(list: readonly Choice[], one: Choice): readonly Choice[] =>
  list.includes(one) ? list : [one, ...list];

/** The same feeding with other greys around the picture; none if the picture fills the input. */
export function otherPadding(feeding: Feeding): Feeding[] {
  if (feeding.fit === 'stretch') return [];
  return [0, 114, 128]
    .filter((padValue) => padValue !== feeding.padValue)
    .map((padValue) => ({ ...feeding, padValue }));
}

function isSame(a: Feeding, b: Feeding): boolean {
  return a.colour === b.colour && a.range === b.range && a.fit === b.fit;
}

/** For tables: `bgr 0..255, letterbox-top-left, pad 114`. */
export function feedingText({ colour, range, fit, padValue }: Feeding): string {
  return `${colour} ${range}, ${fit}${fit === 'stretch' ? '' : `, pad ${padValue}`}`;
}
