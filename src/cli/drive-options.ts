import type { Command } from 'commander';

/** What `run` and `replay` share. */
export interface DriveFlags {
  out?: string;
  images?: true;
  json?: true;
  endpoint?: string;
  /** False with --no-publish. */
  publish: boolean;
  allowUncertified?: true;
}

export function addDriveOptions(command: Command): Command {
  return command
    .option('-o, --out <result.mcap>', 'record the results')
    .option('--images', 'copy the pictures into the recording of the results')
    .option('--endpoint <address>', 'publish here instead of where the pipeline file says')
    .option('--no-publish', 'publish nothing')
    .option('--allow-uncertified', 'run networks that miss their golden outputs; results say so')
    .option('--json', 'print one JSON object at the end instead of the table');
}
