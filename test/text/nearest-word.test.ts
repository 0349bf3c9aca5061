import { expect, test } from 'vitest';
import { parsePipeline } from '../../src/pipeline/pipeline-file.js';
import { didYouMean, editDistance, nearestWord } from '../../src/text/nearest-word.js';

test('letters put in, left out, changed and swapped each count one', () => {
  expect(
    ['replay', 'repplay', 'rplay', 'replai', 'erplay'].map((w) => editDistance(w, 'replay')),
  ).toEqual([0, 1, 1, 1, 1]);
});

test('a slip of the finger is found, and another word is not', () => {
  const known = ['bundles', 'lanes', 'source', 'publish'];
  expect(nearestWord('bundels', known)).toBe('bundles');
  expect(nearestWord('Source', known)).toBe('source');
  expect(nearestWord('kitchen', known)).toBeUndefined();
  expect(didYouMean('lane', known)).toBe('; did you mean "lanes"?');
  expect(didYouMean('kitchen', known)).toBe('');
});

test('a pipeline file answers a misspelt key or choice with the one that was meant', () => {
  const refusal = (text: string) => {
    try {
      parsePipeline(text, 'a.yaml');
    } catch (error) {
      return (error as Error).message;
    }
    return '';
  };
  const base = 'bundles: { detection: d }\nlanes: [[detection]]\n';
  expect(refusal(`${base}sorce: x\n`)).toContain(
    'a.yaml:3: unknown key "sorce"; did you mean "source"?',
  );
  expect(refusal(`${base}record: { path: x, imags: true }\n`)).toContain('did you mean "images"?');
  expect(refusal(`${base}providers: [cupu]\n`)).toContain('did you mean "cpu"?');
  // Also where a key takes a word or a list.
  const lanes = base.replace(/^lanes:.*$/m, 'lanes: [[steerin]]');
  expect(refusal(lanes)).toContain('did you mean "steering"?');
  expect(refusal('bundles: { detecton: d }\nlanes: auto\n')).toContain('did you mean "detection"?');
});
