import { expect, test } from 'vitest';
import { windshield } from '../../../support/command-line.js';

test('the shipped pipeline keeps its lane on a road that its network never saw', async () => {
  const args = ['--seed', '101', '--seconds', '15', '--json'];
  const { code, stdout } = await windshield(['simulate', 'loop', ...args]).finished;
  expect(code).toBe(0);
  const result = JSON.parse(stdout) as Record<string, number>;
  expect(result).toMatchObject({ controller: 'network', interventions: 0, unanswered: 0 });
  expect(result['meanOffsetM']).toBeLessThan(0.2);
  // The car is driven, not left to roll straight on: that leaves the lane within seconds (run-loop.test.ts).
  expect(result['drivenM']).toBeGreaterThan(170);
});
