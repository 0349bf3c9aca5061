import type { Bundle } from '../src/bundle/bundle.js';
import { type LabelledTask, labelledTasks, type Task } from '../src/bundle/manifest.js';
import { guardOutputs } from '../src/files/output-guard.js';
import { writeWhole } from '../src/files/write-whole.js';
import { PerceptionError } from '../src/frame/perception-error.js';
import { readBundleFolder } from '../src/inference/read-bundle-folder.js';
import { textTable } from '../src/text/text-table.js';
import { shippedModelsDir } from './default-pipelines.js';
import { openExplained } from './explained-bundle.js';
import { Terminal } from './terminal.js';

/** Methods that examine layers, over many pictures or none. */
export const layerMethods = ['activations', 'weights', 'neuron'] as const;
export type LayerMethod = (typeof layerMethods)[number];

export interface LayerFlags {
  stage: Task;
  method: LayerMethod;
  calibration: string;
  every: number;
  limit?: number;
  layer?: string;
  channel?: number;
  data?: string;
  format?: string;
  split?: string;
  out: string;
}

/** Draws what layers respond to, over frames of a drive or pictures of a data set, as a sheet of pictures and a table. */
export async function explainLayers(
  drive: string | undefined,
  bundleDir: string,
  flags: LayerFlags,
): Promise<void> {
  const { stage, method, layer, channel, out } = flags;
  requireFlags(drive, flags);
  guardOutputs(
    [{ option: '--out', path: out, kind: 'png' }],
    [
      { role: 'the bundle', path: bundleDir },
      ...(drive === undefined ? [] : [{ role: 'the drive', path: drive }]),
      ...(flags.data === undefined ? [] : [{ role: 'the data', path: flags.data }]),
    ],
  );
  const sheets = await import('../tools/explain/layers/layer-sheets.js');
  const { bundle, twinNote } = await openExplained(stage, bundleDir);
  const terminal = new Terminal();
  if (method === 'weights') {
    const { png, noise, smooth, flat, filters, layer: name } = await sheets.weightSheet(bundle);
    writeWhole(out, png);
    terminal.print(
      `${out}: ${name}, ${filters} filters, noise ${noise.toFixed(2)} (weights by chance 2), ${smooth} smoother than chance, ${flat} flat`,
    );
  } else if (method === 'activations') {
    const inputs = await inputsOf(bundle, drive, flags);
    const { png, layer: name, activity } = await sheets.activationSheet(bundle, inputs, layer);
    writeWhole(out, png);
    const shown = activity.find((one) => one.layer === name)!;
    const head = ['layer', 'filters', 'dead', 'seldom'];
    const rows = activity.map((one) => [
      one.layer,
      ...[one.filters, one.dead.length, one.seldom.length].map(String),
    ]);
    terminal.print(textTable([head, ...rows], { numbers: [1, 2, 3] }));
    const dead = shown.dead.length === 0 ? 'none' : shown.dead.join(', ');
    terminal.print(`${out}: ${name}; dead over ${shown.pictures} pictures: ${dead}`);
  } else {
    const inputs = await inputsOf(bundle, drive, flags);
    const sheet = await sheets.neuronSheet(bundle, inputs, layer!, channel!);
    writeWhole(out, sheet.png);
    const { exciting, pictures, madeAnswer, noiseAnswer } = sheet;
    terminal.print(
      textTable(
        [['picture', 'answer'], ...exciting.map(({ id, answer }) => [id, answer.toPrecision(3)])],
        { numbers: [1] },
      ),
    );
    terminal.print(
      `${out}: ${sheet.layer}, filter ${channel}, ${pictures} pictures; made by ascent: mean answer ${madeAnswer.toPrecision(3)}, to grey noise ${noiseAnswer.toPrecision(3)}`,
    );
  }
  if (twinNote !== undefined) terminal.print(twinNote);
}

function requireFlags(drive: string | undefined, flags: LayerFlags): void {
  const { method, layer, channel, data, format } = flags;
  const fail = (words: string) => {
    throw new PerceptionError('ERR_USAGE', words);
  };
  if (method === 'neuron' && (layer === undefined || channel === undefined))
    fail('--method neuron: expected --layer and --channel, found not both');
  if (channel !== undefined && method !== 'neuron')
    fail(`expected --channel with --method neuron, found ${method}`);
  if (method === 'weights') {
    if (layer !== undefined)
      fail(
        `--method weights: expected no --layer, as it shows the first convolution, found ${layer}`,
      );
    return;
  }
  if ((drive === undefined) === (data === undefined))
    fail(`expected a drive, or --data, found ${drive === undefined ? 'neither' : 'both'}`);
  if ((data === undefined) !== (format === undefined))
    fail('expected --data and --format together, found one of them');
}

async function inputsOf(bundle: Bundle, drive: string | undefined, flags: LayerFlags) {
  const { inputsOfDataset, inputsOfDrive } = await import(
    '../tools/explain/layers/shown-inputs.js'
  );
  const { data, format, split, limit = 100, every, calibration } = flags;
  if (data === undefined)
    return inputsOfDrive(bundle, drive!, {
      ...{ calibration, every, limit },
      detector: () => readBundleFolder(`${shippedModelsDir}detection`),
    });
  const { openDataset } = await import('../tools/datasets/open-dataset.js');
  const task = labelledTaskOf(flags.stage);
  return inputsOfDataset(bundle, await openDataset(format!, data, { task, split }), limit);
}

function labelledTaskOf(task: Task): LabelledTask {
  const labelled = labelledTasks.find((one) => one === task);
  if (labelled !== undefined) return labelled;
  throw new PerceptionError(
    'ERR_USAGE',
    `--data: expected one of ${labelledTasks.join(', ')}, found ${task}: give a drive`,
  );
}
