import { extname } from 'node:path';
import { Command } from 'commander';
import { guardOutputs } from '../src/files/output-guard.js';
import { writeWhole } from '../src/files/write-whole.js';
import { PerceptionError } from '../src/frame/perception-error.js';
import { addBoardFlags, type BoardFlags, boardOf } from './board-flags.js';
import { numberOf } from './option-parsers.js';
import { Terminal } from './terminal.js';

interface SheetFlags extends BoardFlags {
  out: string;
  dpi: number;
}

/** `windshield board`: a calibration board to print. */
export function boardCommand(): Command {
  return addBoardFlags(
    new Command('board')
      .summary('make a calibration board to print at true size')
      .description(
        'Writes a calibration board as PDF or PNG at true size, with a ruler to check the print.\n' +
          'Print it at 100 % ("actual size"), measure the ruler, glue the sheet onto something flat and stiff.',
      ),
  )
    .option(
      '--dpi <n>',
      'resolution of a PNG, dots per inch',
      numberOf({ least: 50, most: 1200, isWhole: true }),
      300,
    )
    .requiredOption('--out <file.pdf|file.png>', 'the file to write')
    .action(async (flags: SheetFlags) => {
      await makeSheet(flags);
    });
}

async function makeSheet(flags: SheetFlags): Promise<void> {
  const { boardSheet } = await import('../tools/calibrate/board/board-sheet.js');
  const board = await boardOf(flags);
  const extension = extname(flags.out).toLowerCase();
  if (extension !== '.pdf' && extension !== '.png')
    throw new PerceptionError(
      'ERR_USAGE',
      `--out: expected a file.pdf or file.png, found ${flags.out}`,
    );
  const kind = extension === '.pdf' ? 'pdf' : 'png';
  guardOutputs([{ option: '--out', path: flags.out, kind }], []);
  const sheet = boardSheet(board, board.kind === 'charuco' ? await markerBits(board) : undefined);
  if (kind === 'pdf') {
    const { boardPdf } = await import('../tools/calibrate/board/board-pdf.js');
    writeWhole(flags.out, boardPdf(sheet));
  } else {
    const { boardPng } = await import('../tools/calibrate/board/board-png.js');
    writeWhole(flags.out, await boardPng(sheet, flags.dpi));
  }
  new Terminal().print(
    `${flags.out}: ${sheet.paper}. Print at 100 %, check that the ruler is 100 mm long.`,
  );
}

async function markerBits({ dictionary }: Awaited<ReturnType<typeof boardOf>>) {
  const { OpencvWasm } = await import('../tools/calibrate/engine/opencv-wasm.js');
  const opencv = await OpencvWasm.load();
  return (id: number) => opencv.markerBits(dictionary, id);
}
