import { Command } from 'commander';
import { measuredJson } from '../src/text/measured-json.js';
import { exitCodes } from './exit-codes.js';
import { Terminal } from './terminal.js';

/** `windshield bundle inspect|check <folder>`. */
export function bundleCommand(): Command {
  return new Command('bundle')
    .summary('print what a model bundle is, and whether it is certified here')
    .description('Inspects or checks a model bundle without running a pipeline.')
    .addCommand(
      new Command('inspect')
        .description(
          'Prints what the bundle is, how the network is fed and read, and where it came from.',
        )
        .argument('<folder>', 'the bundle')
        .option('--json', 'print the manifest as JSON')
        .action(async (dir: string, flags: { json?: true }) => {
          const { readBundleFolder } = await import('../src/inference/read-bundle-folder.js');
          const { describeManifest } = await import('../tools/adopt/describe-bundle.js');
          const { manifest } = await readBundleFolder(dir);
          const text = flags.json
            ? JSON.stringify(manifest)
            : describeManifest(manifest).join('\n');
          new Terminal().print(text);
        }),
    )
    .addCommand(
      new Command('check')
        .description(
          'Runs the golden input on each execution provider and compares the outputs with the golden ones. Exit code 1 when an available provider is not certified.',
        )
        .argument('<folder>', 'the bundle')
        .option('--provider <name...>', 'execution providers (default: those of its tolerances)')
        .option('--json', 'print one JSON object {bundle, providers}')
        .action(async (dir: string, flags: { provider?: string[]; json?: true }) => {
          const { checkBundle } = await import('../tools/adopt/check-bundle.js');
          const report = await checkBundle(dir, flags.provider);
          const terminal = new Terminal();
          terminal.print(
            flags.json
              ? measuredJson(report)
              : [
                  `${report.bundle}`,
                  ...report.providers.map(
                    ({ provider, state, detail }) =>
                      `${provider.padEnd(10)} ${state.padEnd(13)} ${detail}`,
                  ),
                ].join('\n'),
          );
          const isBad = report.providers.some(({ state }) => state === 'uncertified');
          const isNone = report.providers.every(({ state }) => state !== 'certified');
          if (isBad || isNone) process.exitCode = exitCodes.failedVerdict;
        }),
    );
}
