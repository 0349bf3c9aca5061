import { type Finding, type FindingState, isBlocking } from './finding.js';
import type { Diagnosis } from './run-doctor.js';

const marks: Readonly<Record<FindingState, string>> = {
  ok: 'ok     ',
  warning: 'warning',
  missing: 'missing',
  failed: 'failed ',
};
const nameWidth = 22;
const leastWidth = 60;

/** Formats the findings as a table of `columns` characters, followed by a summary line. */
export function formatDiagnosis({ findings, isReady }: Diagnosis, columns = 100): string {
  const blocking = findings.filter(isBlocking).map(({ name }) => name);
  const warnings = findings.filter(({ state }) => state === 'warning').length;
  const rest = warnings === 0 ? '' : `; ${warnings} warning${warnings === 1 ? '' : 's'}`;
  const verdict = isReady
    ? `ready: all that is needed is there${rest}`
    : `not ready: ${blocking.join(', ')}${rest}`;
  return [...findings.flatMap((finding) => rows(finding, columns)), '', verdict].join('\n');
}

/** Mark, name and finding, then what to do; both are wrapped with the same indentation. */
function rows({ name, state, isNeeded, found, action }: Finding, columns: number): string[] {
  const mark = `${marks[state]} ${isNeeded ? '*' : ' '} `;
  // A long name gets its own line.
  const isLong = name.length >= nameWidth;
  const indent = ' '.repeat(mark.length + nameWidth);
  const width = Math.max(leastWidth, columns) - indent.length;
  const lines = wrapped(found, width);
  const todo = action === '' ? [] : wrapped(action, width - 2);
  const [first = '', ...others] = lines;
  return [
    ...(isLong
      ? [`${mark}${name}`, `${indent}${first}`]
      : [`${mark}${name.padEnd(nameWidth)}${first}`]),
    ...others.map((line) => indent + line),
    ...todo.map((line, index) => `${indent}${index === 0 ? '→ ' : '  '}${line}`),
  ];
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
