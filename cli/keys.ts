import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { writePrivateFiles } from '../src/files/private-file.js';
import { Terminal } from './terminal.js';

/** 144 bits. */
const tokenBytes = 18;

/** `windshield keys`: makes secrets for services that listen beyond this machine. */
export function keysCommand(): Command {
  const command = new Command('keys')
    .summary('make an access token, or CurveZMQ keys')
    .description(
      'Writes new secrets into files that only their owner can read. An existing file is never replaced.\n' +
        'Everything that listens beyond this machine needs them: docs/security.md.',
    );
  command
    .command('token')
    .description(
      'a token for the page, Foxglove and metrics: `listen.tokenFile` of a pipeline file',
    )
    .argument('<file>', 'the file to write')
    .action(async (path: string) => {
      const text = `${randomBytes(tokenBytes).toString('base64url')}\n`;
      await writePrivateFiles([{ path, text }]);
      new Terminal().print(`${path}: a token; name it as listen.tokenFile`);
    });
  command
    .command('curve')
    .description('keys of CurveZMQ for ZeroMQ: `publish.zeromq.curve.keyFile` of a pipeline file')
    .argument('<file>', 'the file for both keys; the public key alone goes to <file>.pub')
    .action(async (path: string) => {
      const { newCurveKeys } = await import('../src/outputs/zeromq/zeromq-publisher.js');
      const { publicKey, secretKey } = newCurveKeys();
      await writePrivateFiles([
        { path, text: `public ${publicKey}\nsecret ${secretKey}\n` },
        { path: `${path}.pub`, text: `public ${publicKey}\n` },
      ]);
      new Terminal().print(
        `${path}: keys of the rig; name it as publish.zeromq.curve.keyFile\n` +
          `${path}.pub: what a subscriber needs of them`,
      );
    });
  return command;
}
