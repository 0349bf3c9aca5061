import { Command } from 'commander';
import { loadPipelineFile } from '../pipeline/pipeline-file.js';

/** `windshield config <pipeline.yaml>`: what a pipeline file means, with nothing left to guess. */
export function configCommand(): Command {
  return new Command('config')
    .summary('check a pipeline file and print it with defaults and paths resolved')
    .description(
      'Checks a pipeline file against its schema, fills in the defaults, makes every path absolute and\n' +
        'prints the result as YAML. An unknown key, a bundle without a lane or a signs stage without\n' +
        'detection is an error with its line (exit code 2).',
    )
    .argument('<pipeline.yaml>', 'the pipeline file')
    .option('--json', 'print JSON instead of YAML')
    .action(async (path: string, { json }: { json?: true }) => {
      const config = await loadPipelineFile(path);
      const { stringify } = await import('yaml');
      process.stdout.write(json ? `${JSON.stringify(config, null, 2)}\n` : stringify(config));
    });
}
