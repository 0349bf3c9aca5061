import { readPrivateFile } from '../../files/private-file.js';
import { PerceptionError } from '../../frame/perception-error.js';
import type { CurveKeys } from './endpoint.js';

const maxBytes = 64 * 1024;

/** Z85: 40 of its characters hold the 32 bytes of a key. */
const z85Key = '[0-9a-zA-Z.:+=^!/*?&<>()[\\]{}@%$#-]{40}';

/**
 * Reads the two keys of a CurveZMQ server from a file of lines `public <key>` and `secret <key>`; empty lines
 * and lines from `#` on are left out. Throws ERR_CONFIG, also where others than its owner can read it; a message
 * never contains a key.
 */
export async function readCurveKeyFile(path: string): Promise<CurveKeys> {
  const lines = (await readPrivateFile(path, maxBytes)).split('\n');
  const keyAfter = (word: string): string => {
    const pattern = new RegExp(`^${word}\\s+(${z85Key})\\s*$`);
    const key = lines.map((line) => pattern.exec(line)?.[1]).find((found) => found !== undefined);
    if (key !== undefined) return key;
    throw new PerceptionError(
      'ERR_CONFIG',
      `${path}: expected a line "${word} <40 characters of Z85>", found none`,
    );
  };
  return { publicKey: keyAfter('public'), secretKey: keyAfter('secret') };
}
