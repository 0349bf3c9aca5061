import { type SignShape, signDrawings } from '../sign-drawings/sign-drawings.js';

/** The plates' outlines in a field of 100 x 100: the drawings fill the field. */
const outlines: Record<SignShape, string> = {
  circle: '<circle cx="50" cy="50" r="49"/>',
  triangle: '<path d="M50 6 L98 90 H2 Z"/>',
  yield: '<path d="M50 94 L98 10 H2 Z"/>',
  octagon: '<path d="M30 1 H70 L99 30 V70 L70 99 H30 L1 70 V30 Z"/>',
  diamond: '<path d="M50 2 L98 50 L50 98 L2 50 Z"/>',
};

/** Definitions that the page's icons refer to; include it once, before the first icon. */
export function signIconDefinitions(classIds: Iterable<number>): string {
  const shapes = Object.entries(outlines).map(
    ([shape, outline]) => `<clipPath id="plate-${shape}">${outline}</clipPath>`,
  );
  const drawings = [...new Set(classIds)].map((classId) => {
    const { shape, content } = signDrawings[classId]!;
    return `<g id="sign-${classId}" clip-path="url(#plate-${shape})">${content}</g>`;
  });
  return `<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>${[...shapes, ...drawings].join('')}</defs></svg>`;
}

/** The simulator's drawing of a GTSRB class, in a field of 100 x 100 units. */
export const signIcon = (classId: number): string => `<use href="#sign-${classId}"/>`;
