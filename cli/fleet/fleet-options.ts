import { type Command, Option } from 'commander';

/** Options for the place of a fleet's results. */
export interface StoreFlags {
  endpoint?: string;
}

export function addStoreOptions(command: Command): Command {
  return command.option(
    '--endpoint <url>',
    'the S3-compatible server behind s3://; credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  );
}

export const runOption = () =>
  new Option('--run <key>', 'which run, if the folder holds the results of several');
