import { expect, test } from 'vitest';
import { amiss, fine } from '../../../tools/doctor/finding.js';
import { formatDiagnosis } from '../../../tools/doctor/format-diagnosis.js';

const long =
  'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen';

test('each finding has its mark, and what is needed a star', () => {
  const findings = [
    fine('Node.js', '20.20.2', true),
    amiss('OpenCV', 'missing', 'not there', 'get it'),
  ];
  expect(formatDiagnosis({ isReady: true, findings, headroom: null })).toBe(
    [
      'ok      * Node.js               20.20.2',
      'missing   OpenCV                not there',
      '                                → get it',
      '',
      'ready: all that is needed is there',
    ].join('\n'),
  );
});

test('long lines are wrapped under each other, and a long name stands alone', () => {
  const findings = [amiss('lane steering+detection+signs', 'warning', long, long)];
  const lines = formatDiagnosis({ isReady: true, findings, headroom: null }, 80).split('\n');
  expect(lines[0]).toBe('warning   lane steering+detection+signs');
  for (const line of lines.slice(1, -2)) expect(line).toMatch(/^ {32}\S|^ {34}\S/);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(92);
  expect(lines.join(' ').replaceAll(/\s+/g, ' ')).toContain(`${long} → ${long}`);
  expect(lines.at(-1)).toBe('ready: all that is needed is there; 1 warning');
});

test('what keeps the pipeline from running is named', () => {
  const findings = [
    amiss('source', 'missing', 'nothing', 'record one', true),
    amiss('cuda', 'missing', 'nothing', ''),
    amiss('endpoint', 'failed', 'taken', '', true),
    amiss('cores', 'warning', 'few', '', true),
  ];
  expect(formatDiagnosis({ isReady: false, findings, headroom: null })).toMatch(
    /\nnot ready: source, endpoint; 1 warning$/,
  );
});
