import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { readBundleFolder } from '../../src/inference/read-bundle-folder.js';
import { CompressedImageSchema } from '../../src/messages/gen/foxglove/compressed_image_pb.js';
import { RecordingReader } from '../../src/recording/recording-reader.js';
import { readCheckpoint } from '../../tools/train/checkpoint.js';
import { socketName } from './lost-results.js';

/** A command that writes, and how to check that its output is complete. */
export interface KillTarget {
  name: string;
  /** The output: a file or a folder, relative to the turn's folder. */
  out: string;
  /** `place` is the turn's folder, for files next to `out`, such as the socket. */
  args(out: string, place: string): string[];
  /** Arguments that make the older output differ from the new one. */
  older: readonly string[];
  /** Rejects, with the reason, if a file of the output is not complete. */
  checkFile?(path: string): Promise<void>;
  /** Rejects if the output is neither absent nor complete, because its files belong together. */
  checkAll?(out: string): Promise<void>;
  /** It publishes while it runs, so lost results can be counted. */
  publishes?: true;
}

export interface KillInputs {
  /** A recorded drive. */
  drive: string;
  /** Folder for the commands' inputs. */
  dir: string;
}

/** Number of the drive's frames that are written as pictures. */
const pictureCount = 120;

async function wholeRecording(path: string): Promise<void> {
  const reader = await RecordingReader.open(path);
  try {
    if (reader.cutBytes > 0) throw new Error(`${reader.cutBytes} bytes are cut off`);
  } finally {
    await reader.close();
  }
}

async function wholePage(path: string): Promise<void> {
  if (!(await readFile(path, 'utf8')).trimEnd().endsWith('</html>')) throw new Error('no end');
}

async function wholeFileOfRun(path: string): Promise<void> {
  if (path.endsWith('.checkpoint')) readCheckpoint(path);
  else if (path.endsWith('.jsonl'))
    for (const line of (await readFile(path, 'utf8')).trimEnd().split('\n')) JSON.parse(line);
}

/** Every command of the drill; writes their inputs into `dir`. */
export async function killTargets({ drive, dir }: KillInputs): Promise<KillTarget[]> {
  const { pictures, recipe } = await writeInputs({ drive, dir });
  const steering = ['steering', '--data', dir, '--recipe', recipe];
  // Trained undisturbed, before the first turn.
  const run = join(dir, 'old/run');
  return [
    {
      name: 'replay',
      out: 'replay.mcap',
      older: [],
      args: (out, place) => {
        const endpoint = `ipc://${join(place, socketName)}`;
        return ['replay', drive, '--endpoint', endpoint, '--images', '--out', out];
      },
      checkFile: wholeRecording,
      publishes: true,
    },
    {
      name: 'import',
      out: 'import.mcap',
      older: ['--rate', '10'],
      args: (out) => ['import', pictures, '--out', out],
      checkFile: wholeRecording,
    },
    {
      name: 'evaluate',
      out: 'evaluate.html',
      older: ['--limit', '50'],
      args: (out) => {
        const data = ['--data', drive, '--format', 'recording', '--limit', '60'];
        return ['evaluate', 'steering', ...data, '--report', out];
      },
      checkFile: wholePage,
    },
    {
      name: 'train',
      out: 'run',
      older: ['--epochs', '11'],
      args: (out) => ['train', ...steering, '--out', out, '--replace', '--threads', '1'],
      checkFile: wholeFileOfRun,
    },
    {
      name: 'export',
      out: 'bundle',
      older: ['--bundle-version', '0.9.0'],
      args: (out) => ['export', ...steering, '--from', run, '--out', out, '--replace'],
      checkAll: async (out) => void (await readBundleFolder(out)),
    },
    {
      name: 'simulate',
      out: 'simulate.mcap',
      older: ['--seed', '2'],
      args: (out) => ['simulate', 'drive', '--seconds', '2', '--size', '320x180', '--out', out],
      checkFile: wholeRecording,
    },
  ];
}

/** Writes a folder of pictures, a steering log for them, and a recipe that trains on it in seconds. */
async function writeInputs({ drive, dir }: KillInputs) {
  const pictures = join(dir, 'log/IMG');
  await mkdir(pictures, { recursive: true });
  const rows: string[] = [];
  const reader = await RecordingReader.open(drive);
  for await (const { data } of reader.messages({ topics: ['camera/image'] })) {
    const name = `${String(rows.length).padStart(5, '0')}.jpg`;
    await writeFile(join(pictures, name), fromBinary(CompressedImageSchema, data).data);
    rows.push(`IMG/${name}, ${name}, ${name}, ${Math.sin(rows.length / 9).toFixed(4)}, 0.5, 0, 12`);
    if (rows.length === pictureCount) break;
  }
  await reader.close();
  await writeFile(join(dir, 'log/driving_log.csv'), rows.join('\n'));
  const recipe = join(dir, 'recipe.yaml');
  const source = 'format: udacity, folder: log';
  await writeFile(
    recipe,
    'task: steering\nseed: 1\nepochs: 12\nsamplesPerEpoch: 64\nbatch: 16\noptimizer: { peakRate: 0.001 }\naugmentation: { flip: 0.5 }\n' +
      `data:\n  - { ${source}, part: train }\nvalidation:\n  - { ${source}, part: val }\nevaluateEveryEpochs: 2\n`,
  );
  return { pictures, recipe };
}
