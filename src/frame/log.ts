/** Fields of a log entry besides its message; plain values, none the size of a frame. */
export type LogFields = Readonly<Record<string, unknown>>;

/** The pipeline's log of what happened, for people who look into it later. Calls return at once and never throw. */
export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

const nothing = (): void => {};

/** Keeps nothing. */
export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
