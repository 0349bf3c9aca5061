import { Command } from 'commander';
import { PerceptionError } from '../src/frame/perception-error.js';
import { checkPlaces } from '../src/pipeline/check-places.js';
import { withMaskedSources } from '../src/pipeline/masked-sources.js';
import { loadPipelineFile } from '../src/pipeline/pipeline-file.js';
import type { PipelineConfig } from '../src/pipeline/pipeline-schema.js';
import { formatYaml } from '../src/text/yaml-document.js';
import { Terminal } from './terminal.js';

/** `windshield config <pipeline.yaml>`: prints a pipeline file with all defaults resolved. */
export function configCommand(): Command {
  return new Command('config')
    .summary('check a pipeline file and print it with defaults and paths resolved')
    .description(
      'Checks a pipeline file against its schema, fills in the defaults, makes every path absolute and\n' +
        'prints the result as YAML; with --plan, lanes and bundles are measured and pinned. An unknown key, a\n' +
        'bundle without a lane or a signs stage without detection is an error with its line, and so is a source,\n' +
        'calibration, bundle or key file that is not there or is not what it should be (exit code 2).',
    )
    .argument('[pipeline.yaml]', 'the pipeline file')
    .option(
      '--plan',
      'measure on this machine which of several bundles is fastest and which lanes `lanes: auto` makes, and print them',
    )
    .option(
      '--elsewhere',
      'for a file that another machine runs: do not check that the files it names exist',
    )
    .option('--json', 'print JSON instead of YAML')
    .option('--schema', 'print the JSON schema of pipeline files, for editors')
    .action(async (path: string | undefined, { elsewhere, json, plan, schema }: ConfigFlags) => {
      if (schema) return printSchema(path);
      if (path === undefined)
        throw new PerceptionError(
          'ERR_USAGE',
          'expected a pipeline file or --schema, found neither',
        );
      const config = await loadPipelineFile(path);
      if (!elsewhere) await checkPlaces(config, path);
      const shown = asWritten(plan ? await pinned(config, path) : config);
      process.stdout.write(json ? `${JSON.stringify(shown, null, 2)}\n` : formatYaml(shown));
    });
}

interface ConfigFlags {
  elsewhere?: true;
  json?: true;
  plan?: true;
  schema?: true;
}

async function printSchema(path: string | undefined): Promise<void> {
  if (path !== undefined)
    throw new PerceptionError(
      'ERR_USAGE',
      `--schema is the same for every file: leave out ${path}`,
    );
  const { pipelineJsonSchema } = await import('../src/pipeline/pipeline-json-schema.js');
  process.stdout.write(`${JSON.stringify(pipelineJsonSchema(), null, 2)}\n`);
}

/** Replaces `auto` by the planned lanes, so that the next run need not measure; notes the measured times. */
async function pinned(config: PipelineConfig, path: string): Promise<PipelineConfig> {
  const { source, laneCount: _, ...rest } = config;
  if (source === undefined)
    throw new PerceptionError('ERR_CONFIG', `${path}: expected a source to plan for, found none`);
  const { measurePlan } = await import('../src/pipeline/measure-plan.js');
  const { describeChoice, withChosenBundles } = await import('../src/pipeline/bundle-choice.js');
  const { describeLanes } = await import('../src/pipeline/lane-plan.js');
  const planned = await measurePlan(config, source);
  const terminal = new Terminal();
  const { choices = [] } = planned;
  for (const choice of choices) terminal.note(`bundle chosen: ${describeChoice(choice)}`);
  if (planned.by === 'measured') terminal.note(`lanes planned: ${describeLanes(planned)}`);
  return { source, ...withChosenBundles(rest, choices), lanes: planned.lanes };
}

/** In the form of a pipeline file: several bundles of a stage as a list. */
function asWritten({ alternatives, ...config }: PipelineConfig) {
  return { ...withMaskedSources(config), bundles: { ...config.bundles, ...alternatives } };
}
