import { type Options, parse } from 'csv-parse/sync';

/** A line of a delimited file, with its number (from 1) for messages. */
export interface DelimitedLine {
  lineNumber: number;
  /** Trimmed; empty if the line's quotes do not close. */
  fields: string[];
}

export type Separator = ',' | ';' | '\t';

/** Longest line of a table. */
const maxLineCharacters = 64 * 1024;

/**
 * Splits a table into lines of trimmed fields. A field in double quotes may hold the separator, and "" stands for a
 * quote inside one (RFC 4180), but no line break. Empty lines and a byte order mark are skipped.
 */
export function parseDelimited(text: string, separator: Separator): DelimitedLine[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const options: Options<string[]> = {
    delimiter: separator,
    trim: true,
    relax_column_count: true,
    max_record_size: maxLineCharacters,
    info: false,
  };
  const found: DelimitedLine[] = [];
  // Most tables have no quotes, so the parser can take them in one go.
  const isPlain = !text.includes('"');
  const filled = lines.flatMap((line, index) => (line.trim() === '' ? [] : [{ line, index }]));
  const whole = isPlain
    ? parseOrNothing(filled.map(({ line }) => line).join('\n'), { ...options, quote: null })
    : undefined;
  for (const [place, { line, index }] of filled.entries()) {
    const fields =
      whole?.length === filled.length ? whole[place] : parseOrNothing(line, options)?.[0];
    found.push({ lineNumber: index + 1, fields: fields ?? [] });
  }
  return found;
}

/** The most frequent separator in a table's first line; a comma if it has none. */
export function separatorOf(text: string): Separator {
  const [first = ''] = text.replace(/^\uFEFF/, '').split(/[\r\n]/, 1);
  const count = (separator: Separator) => first.split(separator).length;
  return ([';', '\t'] as const).reduce<Separator>(
    (best, each) => (count(each) > count(best) ? each : best),
    ',',
  );
}

/** A finite number, or undefined for anything else (including an empty field, which Number() would turn into 0). */
export function parseNumber(field: string | undefined): number | undefined {
  if (field === undefined || field.trim() === '') return undefined;
  const value = Number(field);
  return Number.isFinite(value) ? value : undefined;
}

function parseOrNothing(text: string, options: Options<string[]>): string[][] | undefined {
  try {
    return parse(text, options) as unknown as string[][];
  } catch {
    return undefined;
  }
}
