import { Command } from 'commander';
import { datasetCommand } from './simulate-dataset.js';
import { driveCommand } from './simulate-drive.js';
import { loopCommand } from './simulate-loop.js';
import { sheetCommand } from './simulate-sheet.js';
import { defaultViewFlags, runView, viewCommand } from './simulate-view.js';

/** `windshield simulate drive|dataset|sheet|loop|view`: renders a road world with its truth, and drives in it. */
export function simulateCommand(): Command {
  return new Command('simulate')
    .summary('render drives and labelled data from a procedural road world, or drive in it')
    .description(
      'Renders a road world that a seed draws: roads, houses, trees, traffic, people, lights and the 43 German\n' +
        'signs, through a camera with distortion, with the truth of every frame. The same seed gives the same bytes.\n' +
        'See docs/simulator.md, and docs/closed-loop.md for driving in it.',
    )
    .addCommand(driveCommand())
    .addCommand(datasetCommand())
    .addCommand(sheetCommand())
    .option('--view', 'same as the command `view`, with its defaults')
    .action(async ({ view }: { view?: true }, command: Command) => {
      if (view) await runView(defaultViewFlags);
      else command.help({ error: true });
    })
    .addCommand(loopCommand())
    .addCommand(viewCommand());
}
