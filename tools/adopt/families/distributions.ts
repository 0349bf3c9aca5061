import {
  cellCount,
  dims,
  type Family,
  feeding,
  fourStrides,
  scoresAs,
  scoresReason,
  threeStrides,
} from './family.js';

export const nanodet: Family = {
  name: 'nanodet',
  recognise({ probe }) {
    const { outputs, image } = probe;
    if (outputs.length < 4 || outputs.length % 2 !== 0) return undefined;
    const levels = outputs.length / 2;
    const stridesPx = fourStrides.slice(0, levels);
    const byStride = stridesPx.map((stridePx) => {
      const count = cellCount(probe, [stridePx]);
      const of = outputs.filter(({ shape }) => shape.length === 3 && shape[1] === count);
      return { stridePx, of };
    });
    if (byStride.some(({ of }) => of.length !== 2)) return undefined;
    // Distances have four values per bin, the same number at each level, and are not probabilities.
    const widths = byStride[0]!.of.map(({ shape }) => shape[2]!);
    const distanceAt = byStride[0]!.of.findIndex(
      ({ shape, values }) => shape[2]! % 4 === 0 && scoresAs(values, () => true) === 'logit',
    );
    if (distanceAt < 0) return undefined;
    const bins = widths[distanceAt]! / 4;
    const pairs = byStride.map(({ stridePx, of }) => ({
      stridePx,
      scores: of[1 - distanceAt]!,
      distances: of[distanceAt]!,
    }));
    if (pairs.some(({ distances }) => distances.shape[2] !== 4 * bins)) return undefined;
    const scores = scoresAs(pairs[0]!.scores.values, () => true);
    return {
      readings: (['middle', 'corner'] as const).map((point) => ({
        kind: 'distribution' as const,
        levels: pairs.map((pair) => ({
          stridePx: pair.stridePx,
          scores: pair.scores.name,
          distances: pair.distances.name,
        })),
        bins,
        point,
        scores,
      })),
      classCount: pairs[0]!.scores.shape[2],
      usualFeeding: feeding('bgr', 'imagenet', 'letterbox'),
      needsNms: true,
      reasons: [
        `${levels} pairs of outputs with as many rows as ${image.widthPx}x${image.heightPx} has cells at strides ${stridesPx.join(', ')}: classes, and four distributions over ${bins} distances (NanoDet)`,
        scoresReason(scores),
      ],
    };
  },
};

export const nanodetPlus: Family = {
  name: 'nanodet-plus',
  recognise({ probe, classCount }) {
    const [output] = probe.outputs;
    if (probe.outputs.length !== 1 || output!.shape.length !== 3) return undefined;
    const [, rows, width] = output!.shape;
    const stridesPx = [fourStrides, threeStrides].find(
      (strides) => cellCount(probe, strides) === rows,
    );
    if (stridesPx === undefined) return undefined;
    const classes = classCount ?? (width === 112 ? 80 : undefined);
    if (classes === undefined || width! - classes < 32 || (width! - classes) % 4 !== 0)
      return undefined;
    const scores = scoresAs(output!.values, (index) => index % width! < classes);
    return {
      readings: (['corner', 'middle'] as const).map((point) => ({
        kind: 'distribution' as const,
        levels: stridesPx.map((stridePx) => ({
          stridePx,
          scores: output!.name,
          distances: output!.name,
        })),
        bins: (width! - classes) / 4,
        point,
        scores,
      })),
      classCount: classes,
      usualFeeding: feeding('bgr', 'imagenet', 'stretch'),
      needsNms: true,
      reasons: [
        `output ${dims(output!)}: ${rows} cells at strides ${stridesPx.join(', ')}, ${classes} classes and four distributions (NanoDet-Plus)`,
        scoresReason(scores),
      ],
    };
  },
};
