/** A line of a delimited file, with its number (from 1) for messages. */
export interface DelimitedLine {
  lineNumber: number;
  fields: string[];
}

/**
 * Splits comma- or semicolon-separated text into trimmed fields. A field in double quotes may hold the
 * separator, and "" stands for a quote inside one (RFC 4180), but no line break. Empty lines are left out.
 */
export function parseDelimited(text: string, separator: ',' | ';'): DelimitedLine[] {
  const lines: DelimitedLine[] = [];
  text.split(/\r\n|\n|\r/).forEach((line, index) => {
    if (line.trim() !== '') {
      lines.push({ lineNumber: index + 1, fields: splitLine(line, separator) });
    }
  });
  return lines;
}

function splitLine(line: string, separator: string): string[] {
  if (!line.includes('"')) return line.split(separator).map((field) => field.trim());
  const fields: string[] = [];
  let field = '';
  let isQuoted = false;
  for (let i = 0; i < line.length; i++) {
    const character = line[i]!;
    if (character === '"') {
      if (isQuoted && line[i + 1] === '"') field += line[++i];
      else isQuoted = !isQuoted;
    } else if (character === separator && !isQuoted) {
      fields.push(field.trim());
      field = '';
    } else field += character;
  }
  fields.push(field.trim());
  return fields;
}

/** A finite number, or undefined for anything else (also for an empty field, which Number() would call 0). */
export function parseNumber(field: string | undefined): number | undefined {
  if (field === undefined || field.trim() === '') return undefined;
  const value = Number(field);
  return Number.isFinite(value) ? value : undefined;
}
