import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { driveTables } from '../../../tools/tables/drive-tables.js';
import type { Table } from '../../../tools/tables/table-schema.js';
import { repoDir } from '../../support/command-line.js';

const page = readFileSync(join(repoDir, 'docs/tables.md'), 'utf8');
const sectionOf = (title: string) => page.split(`## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
const ofEveryFrame = sectionOf('Columns of every frame');

describe('docs/tables.md says of each table what the code says', () => {
  test.each(Object.entries<Table>(driveTables))('%s', (name, { about, columns }) => {
    const section = sectionOf(name);
    expect(section).toContain(`A row is ${about}.`);
    const said = section.includes('After the columns of every frame')
      ? ofEveryFrame + section
      : section;
    const lines = Object.entries(columns).map(
      ([column, { type, unit = '', about: what, isNullable }]) =>
        `| \`${column}\` | ${type} | ${unit} | ${what}${isNullable ? '; may be missing' : ''} |`,
    );
    for (const line of lines) expect(said).toContain(line);
    expect(said.match(/^\| `/gm)).toHaveLength(lines.length);
  });
});
