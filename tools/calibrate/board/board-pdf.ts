import type { BoardSheet, SheetShape } from './board-sheet.js';

const pointsPerMm = 72 / 25.4;
/** Handle length for a quarter circle as a Bezier curve: 4/3 (sqrt 2 - 1). */
const quarter = 0.5522847498;

/**
 * The sheet as a one-page PDF in true size (PDF 1.4, ISO 32000-1: five objects, one uncompressed stream). Vector graphics,
 * so that edges are as sharp as the printer allows.
 */
export function boardPdf({ widthMm, heightMm, shapes }: BoardSheet): Uint8Array {
  const drawing = `0 g\n${shapes.map((shape) => operators(shape, heightMm)).join('\n')}\n`;
  const box = `[0 0 ${points(widthMm)} ${points(heightMm)}]`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R /ViewerPreferences << /PrintScaling /None >> >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox ${box} /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>`,
    `<< /Length ${drawing.length} >>\nstream\n${drawing}endstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let file = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = file.length;
  const entries = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`);
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries.join('')}`;
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`;
  return new TextEncoder().encode(file);
}

/** Thousandths of a point are 0.4 micrometres. */
const points = (mm: number) => String(Number((mm * pointsPerMm).toFixed(3)));

/** PDF's y points upwards from the bottom. */
function operators(shape: SheetShape, sheetHeightMm: number): string {
  const up = (yMm: number) => points(sheetHeightMm - yMm);
  const { xMm, yMm } = shape;
  if (shape.shape === 'rect')
    return `${points(xMm)} ${up(yMm + shape.heightMm)} ${points(shape.widthMm)} ${points(shape.heightMm)} re f`;
  if (shape.shape === 'text') {
    const plain = shape.text.replaceAll(/[\\()]/g, '\\$&').replaceAll(/[^ -~]/g, '?');
    return `BT /F1 ${points(shape.heightMm)} Tf ${points(xMm)} ${up(yMm)} Td (${plain}) Tj ET`;
  }
  const r = shape.radiusMm;
  const k = r * quarter;
  const at = (x: number, y: number) => `${points(xMm + x)} ${up(yMm + y)}`;
  return [
    `${at(r, 0)} m`,
    `${at(r, k)} ${at(k, r)} ${at(0, r)} c`,
    `${at(-k, r)} ${at(-r, k)} ${at(-r, 0)} c`,
    `${at(-r, -k)} ${at(-k, -r)} ${at(0, -r)} c`,
    `${at(k, -r)} ${at(r, -k)} ${at(r, 0)} c f`,
  ].join(' ');
}
