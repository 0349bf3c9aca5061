import { guardOutputs } from '../src/files/output-guard.js';
import { writeWhole } from '../src/files/write-whole.js';
import { PerceptionError } from '../src/frame/perception-error.js';
import { readBundleFolder } from '../src/inference/read-bundle-folder.js';
import { measuredJson } from '../src/text/measured-json.js';
import { textTable } from '../src/text/text-table.js';
import { countsProgress } from './progress-line.js';
import { Terminal } from './terminal.js';

export interface StickerFlags {
  class: string;
  target?: string;
  sizeCm: number;
  scenes: number;
  seed: number;
  report?: string;
  print?: string;
  json?: true;
}

const distancesM = [8, 12, 18, 26];
const turnedDegrees = [0, 20, 40];
/** Resolution stated in the printed file. */
const dotsPerInch = 300;
const cmPerInch = 2.54;

/** Learns a sticker to print on a sign, and reads the sign with it in rendered scenes. */
export async function attackWithSticker(bundleDir: string, flags: StickerFlags): Promise<void> {
  const { class: className, target, sizeCm, scenes, seed, report: page, print } = flags;
  guardOutputs(
    [
      ...(page === undefined ? [] : [{ option: '--report', path: page, kind: 'html' as const }]),
      ...(print === undefined ? [] : [{ option: '--print', path: print, kind: 'png' as const }]),
    ],
    [{ role: 'the bundle', path: bundleDir }],
  );
  const { trySticker } = await import('../simulator/sticker/try-sticker.js');
  const { stickerHead, stickerPage, stickerRows } = await import(
    '../simulator/sticker/sticker-page.js'
  );
  const asked = await readBundleFolder(bundleDir);
  if (asked.manifest.quantisation !== undefined)
    throw new PerceptionError(
      'ERR_USAGE',
      `${bundleDir}: a sticker is learnt along gradients: expected a float32 bundle, found a quantised one`,
    );
  const terminal = new Terminal();
  const report = await trySticker(asked, {
    ...{ className, sizeCm, scenes, seed, distancesM, turnedDegrees },
    ...(target !== undefined && { target }),
    onProgress: countsProgress(terminal, 'views'),
  });
  terminal.clearLive();
  if (flags.json) {
    const cells = report.cells.map(({ shown: _, ...cell }) => cell);
    const { sticker: _, ...told } = report;
    terminal.print(measuredJson({ ...told, cells }));
  } else {
    terminal.print(
      `a sticker of ${sizeCm} cm on ${className} of 90 cm: readings that are wrong or none, of ${scenes} scenes`,
    );
    terminal.print(textTable([stickerHead, ...stickerRows(report)], { numbers: [0, 1, 2] }));
  }
  if (page !== undefined) {
    const { manifest } = asked;
    writeWhole(page, await stickerPage(`${manifest.name} ${manifest.version}`, report));
    terminal.note(`wrote ${page}`);
  }
  if (print !== undefined) {
    const { encodePng } = await import('../src/codec/image-codec.js');
    const { stickerPicture } = await import('../simulator/sticker/sticker.js');
    const pixels = Math.max(1, Math.round((sizeCm / cmPerInch) * dotsPerInch));
    writeWhole(print, await encodePng(stickerPicture(report.sticker, pixels), dotsPerInch));
    terminal.note(`wrote ${print}: ${sizeCm} cm at ${dotsPerInch} dots per inch`);
  }
}
