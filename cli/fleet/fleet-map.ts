import { Command } from 'commander';
import { guardOutputs } from '../../src/files/output-guard.js';
import { writeWhole } from '../../src/files/write-whole.js';
import { reportFiles } from '../report-files.js';
import { Terminal } from '../terminal.js';
import { addStoreOptions, type StoreFlags } from './fleet-options.js';
import { addKindOptions, codesOfKind, type KindFlags } from './kind-options.js';

interface FleetMapFlags extends StoreFlags, KindFlags {
  html: string;
  page: string;
}

/** `windshield fleet map <codes> --html map.html`. */
export function fleetMapCommand(): Command {
  const command = new Command('map')
    .summary('draw a map of drives on which similar frames are neighbours')
    .description(
      'Places the frames of `fleet codes` on a plane (t-SNE) as small pictures, at most 1500, evenly sampled. A click\n' +
        'opens the moment in the player.',
    )
    .argument('<codes>', 'the codes that `fleet codes` wrote: a folder or s3://bucket/prefix')
    .requiredOption('--html <map.html>', 'the page to write')
    .option('--page <url>', 'where `windshield view` serves the player', 'http://127.0.0.1:5580/');
  return addStoreOptions(addKindOptions(command)).action(drawMap);
}

async function drawMap(place: string, flags: FleetMapFlags): Promise<void> {
  guardOutputs(reportFiles(flags), [{ role: 'the pipeline file', path: flags.pipeline }]);
  const [{ openStore }, { loadCodes }, { fleetMap }] = await Promise.all([
    import('../../tools/fleet/store/open-store.js'),
    import('../../tools/similar/stored-codes.js'),
    import('../../tools/similar/map-page.js'),
  ]);
  const codes = await openStore(place, { endpoint: flags.endpoint });
  const terminal = new Terminal();
  try {
    const drives = await codesOfKind(flags, codes, terminal, loadCodes);
    const { html, frames, of, trusted } = fleetMap(drives, flags.page);
    writeWhole(flags.html, html);
    terminal.print(
      `${flags.html}: ${frames} of ${of} frames, trustworthiness ${trusted.toFixed(3)}`,
    );
  } finally {
    await codes.close();
  }
}
