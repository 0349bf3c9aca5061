import { expect, test } from 'vitest';
import { windshield } from '../support/command-line.js';

test.each([
  [['evaluate', 'detecton', '--data', 'x', '--format', 'voc'], 'did you mean "detection"?'],
  [['train', 'sgins', '--data', 'x'], 'did you mean "signs"?'],
  [['replay', 'x.mcap', '--log', '-', '--log-level', 'inf'], 'did you mean "info"?'],
  [['simulate', 'datset'], 'found \'datset\'; did you mean "dataset"?'],
  [['repaly', 'x.mcap'], 'Did you mean replay?'],
  [['replay', 'x.mcap', '--lockstp'], 'Did you mean --lockstep?'],
])('%j is answered with the word that was meant', async (words, hint) => {
  const { code, stdout, stderr } = await windshield(words).finished;
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(hint);
  expect(stderr).toMatch(/^windshield: .* \(ERR_USAGE\)\n$/);
});
