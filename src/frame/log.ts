/** What a log entry says beside its message; plain values, no frame-sized ones. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where the pipeline writes what happened, for people who look into it later. Calls return at once and never throw. */
export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

const nothing = (): void => {};

/** Keeps nothing. */
export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
