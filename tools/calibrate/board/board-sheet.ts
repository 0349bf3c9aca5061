import { type Board, boardName } from './board.js';
import { type BoardPattern, boardPattern, type MarkerBits } from './board-ink.js';

/** Paper sizes in portrait, millimetres. */
const papers = {
  A4: [210, 297],
  A3: [297, 420],
  A2: [420, 594],
  A1: [594, 841],
  A0: [841, 1189],
} as const;
/** Margin that printers leave blank. */
const marginMm = 7;
/** Height of the ruler and the line of text below the pattern. */
const footMm = 18;
const rulerMm = 100;

/** A shape on the sheet, millimetres from its top left corner. */
export type SheetShape =
  | { shape: 'rect'; xMm: number; yMm: number; widthMm: number; heightMm: number }
  | { shape: 'circle'; xMm: number; yMm: number; radiusMm: number }
  | { shape: 'text'; xMm: number; yMm: number; heightMm: number; text: string };

/** A sheet to print in true size: everything on it is black. */
export interface BoardSheet {
  widthMm: number;
  heightMm: number;
  /** "A4", "A4 on its side", or "350 x 270 mm" if no paper is large enough. */
  paper: string;
  shapes: SheetShape[];
}

/** Lays a board out on the smallest sheet of paper that fits it, with a 100 mm ruler to check the print. */
export function boardSheet(board: Board, markerBits?: MarkerBits): BoardSheet {
  const pattern = boardPattern(board, markerBits);
  const needWidth = Math.max(pattern.widthM * 1000, rulerMm) + 2 * marginMm;
  const needHeight = pattern.heightM * 1000 + 2 * marginMm + footMm;
  const { widthMm, heightMm, paper } = choosePaper(needWidth, needHeight);
  const left = (widthMm - pattern.widthM * 1000) / 2;
  const top = Math.max(marginMm, (heightMm - footMm - pattern.heightM * 1000) / 2);
  const shapes = [
    ...patternShapes(pattern, left, top),
    ...ruler(marginMm, heightMm - marginMm - 6),
    {
      shape: 'text' as const,
      xMm: marginMm,
      yMm: heightMm - marginMm,
      heightMm: 3,
      text: caption(board),
    },
  ];
  return { widthMm, heightMm, paper, shapes };
}

function caption(board: Board): string {
  const step = `${trimmed(board.squareM * 1000)} mm`;
  const marker =
    board.kind === 'charuco'
      ? `, markers ${trimmed(board.markerM * 1000)} mm of ${board.dictionary}`
      : '';
  return `${boardName(board)}, ${step}${marker}. Print at 100 %: the ruler above is 100 mm long.`;
}

const trimmed = (value: number) => String(Number(value.toFixed(3)));

function choosePaper(width: number, height: number) {
  for (const [name, [short, long]] of Object.entries(papers)) {
    if (width <= short && height <= long) return { widthMm: short, heightMm: long, paper: name };
    if (width <= long && height <= short)
      return { widthMm: long, heightMm: short, paper: `${name} on its side` };
  }
  const [widthMm, heightMm] = [Math.ceil(width), Math.ceil(height)];
  return { widthMm, heightMm, paper: `${widthMm} x ${heightMm} mm` };
}

function patternShapes({ ink }: BoardPattern, left: number, top: number): SheetShape[] {
  return ink.map((one) => {
    const at = { xMm: left + one.xM * 1000, yMm: top + one.yM * 1000 };
    return one.shape === 'circle'
      ? { shape: 'circle', ...at, radiusMm: one.radiusM * 1000 }
      : { shape: 'rect', ...at, widthMm: one.sideM * 1000, heightMm: one.sideM * 1000 };
  });
}

/** A line with a tick every 10 mm, longer ones at both ends and in the middle. */
function ruler(xMm: number, yMm: number): SheetShape[] {
  const line = 0.25;
  const shapes: SheetShape[] = [{ shape: 'rect', xMm, yMm, widthMm: rulerMm, heightMm: line }];
  for (let at = 0; at <= rulerMm; at += 10) {
    const heightMm = at % 50 === 0 ? 4 : 2;
    // The outer edges of the outer ticks are 100 mm apart.
    const x = at === 0 ? xMm : at === rulerMm ? xMm + rulerMm - line : xMm + at - line / 2;
    shapes.push({ shape: 'rect', xMm: x, yMm: yMm - heightMm, widthMm: line, heightMm });
  }
  return shapes;
}
