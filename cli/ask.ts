import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import type { Answer } from '../tools/fleet/ask/duckdb.js';
import { addStoreOptions, type StoreFlags } from './fleet/fleet-options.js';
import { usage } from './option-parsers.js';
import { Terminal } from './terminal.js';

interface AskFlags extends StoreFlags {
  tables?: string;
  format: 'table' | 'csv' | 'json';
  list?: true;
}

/** `windshield ask "select …"`. */
export function askCommand(): Command {
  const command = new Command('ask')
    .summary('query the tables of many drives, in SQL or by the name of a question')
    .description(
      'Answers a question about the tables that `fleet table` wrote: a named one (see --list), or one in SQL.\n' +
        'docs/tables.md says which tables and columns there are. Needs the optional package @duckdb/node-api.',
    )
    .argument('[question]', 'a name of --list, or SQL')
    .option('--tables <folder|s3://…>', 'where the tables are')
    .addOption(
      new Option('--format <format>', 'output format')
        .choices(['table', 'csv', 'json'])
        .default('table'),
    )
    .option('--list', 'list the questions that come with windshield');
  return addStoreOptions(command).action(ask);
}

async function ask(question: string | undefined, flags: AskFlags): Promise<void> {
  const { questions } = await import('../tools/fleet/ask/questions.js');
  const { didYouMean } = await import('../src/text/nearest-word.js');
  const terminal = new Terminal();
  const named: Readonly<Record<string, { about: string; sql: string }>> = questions;
  if (flags.list) {
    const rows = Object.entries(named).map(([name, { about }]) => [name, about]);
    terminal.print(await formatAnswer({ columns: ['question', 'asks'], rows }, flags.format));
    return;
  }
  if (question === undefined) throw usage('expected a question, or --list');
  const sql = Object.hasOwn(named, question) ? named[question]!.sql : question;
  if (!/\s/.test(sql))
    throw usage(
      `expected a name of --list or SQL, found "${question}"${didYouMean(question, Object.keys(named))}`,
    );
  if (flags.tables === undefined) throw usage('expected --tables with what `fleet table` wrote');
  terminal.print(await formatAnswer(await answerOf(sql, flags.tables, flags), flags.format));
}

async function answerOf(sql: string, place: string, { endpoint }: StoreFlags): Promise<Answer> {
  const [{ Database }, { openTables }, { isBucket, openStore }] = await Promise.all([
    import('../tools/fleet/ask/duckdb.js'),
    import('../tools/fleet/ask/open-tables.js'),
    import('../tools/fleet/store/open-store.js'),
  ]);
  const database = await Database.open();
  const tables = await openStore(place, { endpoint });
  const dir = await mkdtemp(join(tmpdir(), 'windshield-ask-'));
  try {
    await openTables(database, tables, sql, { isFar: isBucket(place), dir });
    return await database.ask(sql);
  } finally {
    database.close();
    await tables.close();
    await rm(dir, { recursive: true, force: true });
  }
}

async function formatAnswer(
  { columns, rows }: Answer,
  format: AskFlags['format'],
): Promise<string> {
  const plain = rows.map((row) => row.map(plainValue));
  if (format === 'json')
    return JSON.stringify(
      plain.map((row) => Object.fromEntries(columns.map((name, place) => [name, row[place]]))),
    );
  if (format === 'csv') {
    const { csvField } = await import('../tools/tables/csv-file.js');
    return [columns, ...plain].map((row) => row.map(csvField).join(',')).join('\n');
  }
  const { textTable } = await import('../src/text/text-table.js');
  const isNumeric = (place: number) => plain.some((row) => typeof row[place] === 'number');
  const cells = plain.map((row) => row.map((value) => String(value ?? '')));
  return textTable([columns, ...cells], { numbers: [...columns.keys()].filter(isNumeric) });
}

/** Keeps integers beyond the precision of a double exact, as text. */
function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint')
    return value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER
      ? Number(value)
      : String(value);
  if (value === null || ['number', 'string', 'boolean'].includes(typeof value)) return value;
  return value instanceof Date
    ? value.toISOString()
    : JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? String(inner) : inner));
}
