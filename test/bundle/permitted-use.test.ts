import { expect, test } from 'vitest';
import { permittedUse } from '../../src/bundle/permitted-use.js';

const of = (...licences: string[]) => permittedUse(licences.map((licence) => ({ licence })));

test.each([
  ['any', ['CC0', 'CC BY 4.0 (Open Images)', "rendered by windshield simulate, this project's"]],
  ['research', ['CC0', 'CC BY-NC-SA 3.0 (KITTI); cite Geiger et al. 2012']],
  ['research', ['CamVid, academic use; cite Brostow et al. 2009']],
  ['research', ['GTSRB, no formal licence text; cite Stallkamp et al. 2012', 'unknown']],
  ['unknown', ['CC0', 'unknown']],
  ['unknown', ['as the recording']],
  ['unknown', []],
] as const)('%s is what these data permit: %s', (use, licences) => {
  expect(of(...licences)).toBe(use);
});
