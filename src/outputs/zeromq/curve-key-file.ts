import { statSync } from 'node:fs';
import { readInputText } from '../../files/read-input.js';
import { PerceptionError } from '../../frame/perception-error.js';
import { checkCurveKeys } from './curve-keys.js';
import type { CurveKeys } from './endpoint.js';

/** Two keys and a comment. */
const maxFileBytes = 64 * 1024;

/**
 * Reads the two keys of a CurveZMQ server from a file of lines `public <key>` and `secret <key>`; all other lines, such
 * as comments, are ignored. The keys must be a pair, and only the owner may have access to the file (its group may read
 * it). Throws ERR_CONFIG; a message never contains a key.
 */
export function readCurveKeyFile(path: string): CurveKeys {
  const what = 'a file of CURVE keys';
  const text = readInputText(path, { code: 'ERR_CONFIG', what, maxBytes: maxFileBytes });
  checkRights(path);
  const lines = text.split('\n').map((line) => line.trim());
  const keyAfter = (word: string): string => {
    const found = lines.filter((line) => line.split(/\s/, 1)[0] === word);
    if (found.length === 1) return found[0]!.slice(word.length).trim();
    throw new PerceptionError(
      'ERR_CONFIG',
      `${path}: expected one line "${word} <40 characters of Z85>", found ${found.length || 'none'}`,
    );
  };
  const keys = { publicKey: keyAfter('public'), secretKey: keyAfter('secret') };
  checkCurveKeys(keys, path);
  return keys;
}

function checkRights(path: string): void {
  // Windows keeps permissions elsewhere.
  if (process.platform === 'win32') return;
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o027) === 0) return;
  const who = mode & 0o007 ? 'every user of this machine has rights to' : 'its group may change';
  throw new PerceptionError(
    'ERR_CONFIG',
    `${path}: expected secret keys that are kept, found a file that ${who} (mode ${mode.toString(8)}): chmod 600 ${path}`,
  );
}
