import { expect, test } from 'vitest';
import { camerasIn } from '../../src/recording/recorded-cameras.js';

const topics = ['/rear/camera/video', 'sync/around', '/front/perception', '/left/status'];

test('cameras come in the order of the pipeline file, whichever wrote its first message first', () => {
  const metadata = ['/front/windshield.result', '/rear/windshield.result'];
  expect(camerasIn(topics, metadata)).toEqual(['front', 'rear']);
});

test('a camera without pictures and results is none, and metadata alone makes none', () => {
  expect(camerasIn(topics, ['/left/windshield.result', 'windshield.copy'])).toEqual([
    'rear',
    'front',
  ]);
  expect(camerasIn(['perception'], ['windshield.result'])).toEqual([]);
});
