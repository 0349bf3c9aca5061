import { readPrivateFile } from '../../files/private-file.js';
import { PerceptionError } from '../../frame/perception-error.js';

/** Tokens that are long enough: 24 characters of `windshield keys` hold 144 bits. */
const tokenPattern = /^[A-Za-z0-9_-]{24,128}$/;
const maxBytes = 4096;

/** Reads the token from a file that only its owner may read. Throws ERR_CONFIG; a message never contains the token. */
export async function readTokenFile(path: string): Promise<string> {
  const text = await readPrivateFile(path, maxBytes);
  const token = text.trim();
  if (tokenPattern.test(token)) return token;
  throw new PerceptionError(
    'ERR_CONFIG',
    `${path}: expected one line of 24 to 128 letters, digits, - and _ (\`windshield keys token\` makes one), found something else`,
  );
}
