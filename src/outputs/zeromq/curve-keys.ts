import { createPrivateKey, createPublicKey } from 'node:crypto';
import { PerceptionError } from '../../frame/perception-error.js';
import type { CurveKeys } from './endpoint.js';
import { decodeZ85, encodeZ85 } from './z85.js';

/** PKCS 8 header of an X25519 private key (RFC 8410), without its 32 bytes. */
const x25519Header = Buffer.from('302e020100300506032b656e04220420', 'hex');

/**
 * Checks that both keys are valid and a pair: otherwise the socket would end the process. `where` names the file, or who
 * passed them in. Throws ERR_CONFIG; the message never contains a key.
 */
export function checkCurveKeys({ publicKey, secretKey }: CurveKeys, where: string): void {
  const refused = (what: string) => new PerceptionError('ERR_CONFIG', `${where}: ${what}`);
  for (const [word, key] of [
    ['public', publicKey],
    ['secret', secretKey],
  ] as const)
    if (key.length !== 40 || decodeZ85(key) === undefined)
      throw refused(
        `expected 40 characters of Z85 that stand for 32 bytes after "${word}", found ${key.length} that do not`,
      );
  if (curvePublicKey(secretKey) !== publicKey)
    throw refused('expected the public key of this secret key, found that of another pair');
}

/** Returns the public key (Z85) of a secret key: Curve25519 on its base point (RFC 7748), as `curve_public` of libzmq. */
export function curvePublicKey(secretKey: string): string {
  const der = Buffer.concat([x25519Header, decodeZ85(secretKey)!]);
  const secret = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(secret).export({ format: 'der', type: 'spki' });
  return encodeZ85(spki.subarray(-32));
}
