import { relative } from 'node:path';
import { Command } from 'commander';
import { loadPipelineFile } from '../src/pipeline/pipeline-file.js';
import type { PreparedBundle } from '../src/pipeline/prepare-engines.js';
import { measuredJson } from '../src/text/measured-json.js';
import { exitCodes } from './exit-codes.js';
import { Terminal } from './terminal.js';

/** `windshield prepare <pipeline.yaml>`: builds TensorRT's engines before the first drive. */
export function prepareCommand(): Command {
  return new Command('prepare')
    .summary('build the TensorRT engines of a pipeline file ahead of the first drive')
    .description(
      'Loads each bundle of the pipeline file on TensorRT, for the frame size of its source, and prints whether\n' +
        'its engine was built or found. The first time takes minutes per network. Other providers have\n' +
        'nothing to prepare. Exit code 1 when a bundle does not run on TensorRT here.',
    )
    .argument('<pipeline.yaml>', 'the pipeline file')
    .option('--json', 'print one JSON object {folder, bundles}')
    .action(async (path: string, flags: { json?: true }) => {
      const config = await loadPipelineFile(path);
      const { engineRoot } = await import('../src/inference/engine-cache.js');
      const terminal = new Terminal();
      const folder = engineRoot();
      if (!config.providers.includes('tensorrt')) {
        const providers = config.providers.join(', ');
        const text = `nothing to prepare: only tensorrt builds engines, ${path} has providers: [${providers}]`;
        terminal.print(flags.json ? measuredJson({ folder, bundles: [] }) : text);
        return;
      }
      const { prepareEngines } = await import('../src/pipeline/prepare-engines.js');
      const { cameraConfigs } = await import('../src/pipeline/cameras/camera-configs.js');
      const bundles: PreparedBundle[] = [];
      // Cameras of different sizes need separate engines; a second one of the same size reuses those of the first.
      for (const camera of cameraConfigs(config) ?? [{ name: undefined, config }]) {
        const where = camera.name === undefined ? '' : `${camera.name}: `;
        const onBundle = (task: string, bundleDir: string) =>
          terminal.note(`${where}${task}: ${shown(bundleDir)} …`);
        bundles.push(...(await prepareEngines(camera.config, onBundle)));
      }
      const lines = [...bundles.map(describe), `engines in ${folder}`];
      terminal.print(flags.json ? measuredJson({ folder, bundles }) : lines.join('\n'));
      if (bundles.some(({ state }) => state === 'refused'))
        process.exitCode = exitCodes.failedVerdict;
    });
}

const shown = (dir: string) => relative(process.cwd(), dir) || dir;

/** One line: `detection     built    models/detection  1 engine, 84.2 s`. */
export function describe({ task, bundleDir, state, ...rest }: PreparedBundle): string {
  const { engines, seconds, reason } = rest;
  const count = `${engines} ${engines === 1 ? 'engine' : 'engines'}`;
  const how = {
    built: `${count}, ${seconds.toFixed(1)} s`,
    found: `${seconds.toFixed(1)} s`,
    unkept: 'it runs, but this ONNX Runtime keeps no engines: docs/jetson.md',
    refused: reason,
  };
  return `${task.padEnd(13)} ${state.padEnd(8)} ${shown(bundleDir)}  ${how[state]}`;
}
