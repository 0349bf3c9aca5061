import { Command } from 'commander';
import { fleetAutoencoderCommand } from './fleet/fleet-autoencoder.js';
import { fleetCodesCommand } from './fleet/fleet-codes.js';
import { fleetMapCommand } from './fleet/fleet-map.js';
import { fleetMergeCommand } from './fleet/fleet-merge.js';
import { fleetMineCommand } from './fleet/fleet-mine.js';
import { fleetRunCommand } from './fleet/fleet-run.js';
import { fleetTableCommand } from './fleet/fleet-table.js';

/** `windshield fleet …`: commands for many drives. */
export function fleetCommand(): Command {
  return new Command('fleet')
    .summary('replay many drives on many machines, and judge them as one')
    .description('Many drives: replay them, judge them as one, ask them like a database.')
    .addCommand(fleetRunCommand())
    .addCommand(fleetMergeCommand())
    .addCommand(fleetTableCommand())
    .addCommand(fleetCodesCommand())
    .addCommand(fleetAutoencoderCommand())
    .addCommand(fleetMapCommand())
    .addCommand(fleetMineCommand());
}
