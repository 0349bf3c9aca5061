import { describe, expect, it } from 'vitest';
import { greyFromRgb } from '../../../../src/calibration/grey-picture.js';
import { decodeImage } from '../../../../src/codec/image-codec.js';
import { makeBoard } from '../../../../tools/calibrate/board/board.js';
import { boardPdf } from '../../../../tools/calibrate/board/board-pdf.js';
import { boardPng } from '../../../../tools/calibrate/board/board-png.js';
import { boardSheet } from '../../../../tools/calibrate/board/board-sheet.js';
import { findChessboard } from '../../../../tools/calibrate/corners/find-chessboard.js';

const board = makeBoard({ kind: 'chessboard', cols: 9, rows: 6, squareM: 0.025 });

describe('a printed board', () => {
  it('of 9x6 corners and 25 mm fits on A4', () => {
    expect(boardSheet(board)).toMatchObject({
      widthMm: 297,
      heightMm: 210,
      paper: 'A4 on its side',
    });
  });

  it('has squares of their true size in the PNG, and its density noted', async () => {
    const png = await boardPng(boardSheet(board), 100);
    const image = await decodeImage(png);
    expect([image.widthPx, image.heightPx]).toEqual([1169, 827]);
    const search = findChessboard(greyFromRgb(image), board);
    if ('problem' in search) throw new Error(search.problem);
    const { pointsPx } = search.found;
    const rowPx = Math.hypot(pointsPx[16]! - pointsPx[0]!, pointsPx[17]! - pointsPx[1]!);
    expect(rowPx / 8 / (100 / 25.4)).toBeCloseTo(25, 1);
    // pHYs: 100 dots an inch are 3937 a metre.
    const at = Buffer.from(png).indexOf('pHYs');
    expect(Buffer.from(png).readUInt32BE(at + 4)).toBe(3937);
  });

  it('has a ruler of 100 mm', () => {
    const lines = boardSheet(board).shapes.filter(
      (shape) => shape.shape === 'rect' && shape.widthMm === 100,
    );
    expect(lines).toHaveLength(1);
  });

  it('is a PDF whose table points at its objects', () => {
    const text = Buffer.from(boardPdf(boardSheet(board))).toString('latin1');
    expect(text).toContain('/MediaBox [0 0 841.89 595.276]');
    const table = Number(/startxref\n(\d+)/.exec(text)![1]);
    expect(text.slice(table, table + 4)).toBe('xref');
    const offsets = [...text.slice(table).matchAll(/^(\d{10}) 00000 n/gm)].map(([, n]) =>
      Number(n),
    );
    for (const [i, offset] of offsets.entries())
      expect(text.slice(offset).startsWith(`${i + 1} 0 obj\n`)).toBe(true);
    const length = Number(/\/Length (\d+)/.exec(text)![1]);
    const start = text.indexOf('stream\n') + 7;
    expect(text.slice(start + length).startsWith('endstream')).toBe(true);
    // 35 black squares, the ruler's line and 11 ticks.
    expect(text.match(/ re f/g)).toHaveLength(35 + 12);
  });

  it.each([
    [{ cols: 2, rows: 6, squareM: 0.02 }, /3 to 60 columns/],
    [{ cols: 9, rows: 6, squareM: 25 }, /25 mm is 0.025/],
  ])('that cannot be is refused: %o', (wrong, message) => {
    expect(() => makeBoard({ kind: 'chessboard', ...wrong })).toThrow(message);
  });
});
