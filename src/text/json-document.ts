import { type ErrorCode, PerceptionError } from '../frame/perception-error.js';

/** Names what is read, for errors. */
export interface JsonOptions {
  where: string;
  code: ErrorCode;
}

/** Reads JSON. Throws an error of `code`, naming the file and what was found, for all that is none. */
export function parseJson(text: string, { where, code }: JsonOptions): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const found = cause instanceof SyntaxError ? shown(cause.message) : 'it nested too deeply';
    throw new PerceptionError(code, `${where}: expected JSON, found ${found}`, { cause });
  }
}

/** The engine's message quotes the text, line breaks and control characters too. */
function shown(message: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
  return message.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').slice(0, 200);
}
