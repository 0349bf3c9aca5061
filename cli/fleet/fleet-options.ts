import { type Command, Option } from 'commander';

/** Where a fleet's results lie. */
export interface StoreFlags {
  endpoint?: string;
}

export function addStoreOptions(command: Command): Command {
  return command.option(
    '--endpoint <url>',
    'the S3-compatible server that s3:// means; credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  );
}

export const runOption = () =>
  new Option('--run <key>', 'the run whose results are meant, where several lie there');
