import { type ErrorCode, PerceptionError } from '../frame/perception-error.js';

/** Names what is read, for errors. */
export interface JsonOptions {
  where: string;
  code: ErrorCode;
}

/** Reads JSON. Throws an error of `code`, naming the file and what was found, for anything else. */
export function parseJson(text: string, { where, code }: JsonOptions): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const found = cause instanceof SyntaxError ? cause.message : 'it nested too deeply';
    throw new PerceptionError(code, `${where}: expected JSON, found ${found}`, { cause });
  }
}
