import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MetricsOutput } from '../../src/outputs/metrics/metrics-output.js';

const board = readFileSync('examples/grafana/windshield.json', 'utf8');

test('every metric that the Grafana board asks for is one that the rig has', async () => {
  const { text } = await new MetricsOutput('here').text();
  const known = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1]!));
  const asked = [...board.matchAll(/\b(?:windshield|process)_[a-z_]+/g)].map(([name]) =>
    name.replace(/_bucket$/, ''),
  );
  expect(asked.length).toBeGreaterThan(8);
  expect(asked.filter((name) => !known.has(name))).toEqual([]);
});

test('the Grafana board names a source and a rig that can be chosen', () => {
  const { panels, templating } = JSON.parse(board);
  expect(templating.list.map(({ name }: { name: string }) => name)).toEqual(['source', 'job']);
  expect(panels.every(({ targets }: { targets: unknown[] }) => targets.length > 0)).toBe(true);
});
