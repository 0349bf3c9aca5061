import { encodePng } from '../../../src/codec/image-codec.js';
import { writeFolder } from '../datasets/dataset-builders.js';

/** Writes a drive in the Udacity layout whose steering follows the red of each picture, for the tiny steering bundle. */
export async function writeSolidDrive(steps = 10): Promise<string> {
  const files: Record<string, string | Uint8Array> = {};
  const lines: string[] = [];
  for (let i = 0; i < steps; i++) {
    const red = Math.round((255 * i) / (steps - 1));
    const data = new Uint8Array(20 * 10 * 3);
    for (let at = 0; at < data.length; at += 3) data.set([red, 50, 100], at);
    files[`IMG/${i}.png`] = await encodePng({ widthPx: 20, heightPx: 10, data });
    lines.push(`IMG/${i}.png,,,${(-red / 255).toFixed(4)},0,0,1`);
  }
  files['driving_log.csv'] = `${lines.join('\n')}\n`;
  return writeFolder(files);
}
