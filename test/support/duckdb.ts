import { createRequire } from 'node:module';

/** The database is an optional package. */
export const hasDuckDb = (() => {
  try {
    return createRequire(import.meta.url).resolve('@duckdb/node-api') !== '';
  } catch {
    return false;
  }
})();
