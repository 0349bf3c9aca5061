import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { curveKeyPair } from 'zeromq';
import { readCurveKeyFile } from '../../../src/outputs/zeromq/curve-key-file.js';
import { checkCurveKeys, curvePublicKey } from '../../../src/outputs/zeromq/curve-keys.js';
import { ZeromqPublisher } from '../../../src/outputs/zeromq/zeromq-publisher.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-keys-'));
});

async function keyFile(text: string, mode = 0o600): Promise<string> {
  const path = join(dir, `${Math.random()}.keys`);
  await writeFile(path, text);
  await chmod(path, mode);
  return path;
}

function refusal(path: string): { code: string; message: string } {
  try {
    readCurveKeyFile(path);
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('the keys were taken');
}

test('the public key of a secret one is what libzmq says it is', () => {
  for (let i = 0; i < 50; i++) {
    const { publicKey, secretKey } = curveKeyPair();
    expect(curvePublicKey(secretKey)).toBe(publicKey);
  }
});

test('a pair of keys is read, with comments and blanks around it', async () => {
  const pair = curveKeyPair();
  const path = await keyFile(
    `# rig\r\n\r\n  public   ${pair.publicKey} \r\nsecret\t${pair.secretKey}`,
  );
  expect(readCurveKeyFile(path)).toEqual(pair);
});

describe('what ends a process inside the socket is refused before, without repeating it', () => {
  const a = curveKeyPair();
  const b = curveKeyPair();
  test.each([
    ['neither key', 'public tooshort\nsecret hunter2\n', 'expected 40 characters of Z85'],
    ['no line of that name', `publics ${a.publicKey}\n`, 'expected one line "public'],
    ['two of a name', `public ${a.publicKey}\npublic ${b.publicKey}\n`, 'found 2'],
    // In the alphabet, and more than 32 bits can hold.
    ['groups beyond 32 bits', `public ${'#'.repeat(40)}\nsecret ${a.secretKey}\n`, 'stand for 32'],
    [
      'a letter outside the alphabet',
      `public ${'~'.repeat(40)}\nsecret ${a.secretKey}`,
      'stand for',
    ],
    ['two pairs mixed', `public ${b.publicKey}\nsecret ${a.secretKey}\n`, 'that of another pair'],
    ['the two swapped', `public ${a.secretKey}\nsecret ${a.publicKey}\n`, 'that of another pair'],
    ['nothing', '', 'expected one line "public'],
  ])('%s', async (_, text, said) => {
    const path = await keyFile(text);
    const { code, message } = refusal(path);
    expect(code).toBe('ERR_CONFIG');
    expect(message).toContain(said);
    expect(message).toContain(path);
    for (const key of ['hunter2', a.secretKey, b.secretKey, '#'.repeat(40)])
      expect(message).not.toContain(key);
  });

  test('a missing file', () => {
    expect(refusal(join(dir, 'none'))).toMatchObject({
      code: 'ERR_CONFIG',
      message: `${join(dir, 'none')}: expected a file of CURVE keys, found nothing there`,
    });
  });

  test('keys that a program hands in', async () => {
    const keys = { publicKey: a.publicKey, secretKey: '#'.repeat(40) };
    expect(() => checkCurveKeys(keys, 'keys')).toThrow('expected 40 characters of Z85');
    const options = { endpoint: 'tcp://127.0.0.1:*', highWaterMark: 10, curve: keys };
    await expect(ZeromqPublisher.bind(options)).rejects.toMatchObject({ code: 'ERR_CONFIG' });
  });
});

test.skipIf(process.platform === 'win32')(
  'a file that others may read, or its group may change, keeps no secret',
  async () => {
    const pair = curveKeyPair();
    const text = `public ${pair.publicKey}\nsecret ${pair.secretKey}\n`;
    for (const mode of [0o600, 0o400, 0o640])
      expect(readCurveKeyFile(await keyFile(text, mode))).toEqual(pair);
    for (const mode of [0o644, 0o604, 0o602, 0o660, 0o666])
      expect(refusal(await keyFile(text, mode))).toMatchObject({
        code: 'ERR_CONFIG',
        message: expect.stringContaining('chmod 600'),
      });
  },
);
