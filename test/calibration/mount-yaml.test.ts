import { expect, test } from 'vitest';
import { formatMountYaml, parseMountYaml } from '../../src/calibration/mount-yaml.js';

const refusalOf = (text: string) => {
  try {
    parseMountYaml(text, 'mount.yaml');
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('the mount was taken');
};

test('a mount comes back from its text with every digit', () => {
  const mount = parseMountYaml('heightM: 1.4000000000000001\npitchRad: -0.1', 'mount.yaml');
  expect(parseMountYaml(formatMountYaml(mount), 'again')).toEqual(mount);
});

test.each([
  ['a number that is no text either', 'heightM: { toString: 1, valueOf: 2 }\npitchRad: 0'],
  ['references without end', 'a: &a [1]\nb: *c'],
  ['no YAML', 'heightM: [1'],
  ['nothing', ''],
])('%s is refused in one line that says where', (_, text) => {
  const { code, message } = refusalOf(text);
  expect(code).toBe('ERR_CALIBRATION');
  expect(message).toMatch(/^mount\.yaml[^\n]*$/);
});
