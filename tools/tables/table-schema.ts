/**
 * Column types and the value that a row holds for each: 64-bit integers are bigints, so that times keep their last
 * digits.
 */
interface ColumnTypes {
  string: string;
  boolean: boolean;
  int32: number;
  int64: bigint;
  /** 64-bit floating point. */
  double: number;
}

export type ColumnType = keyof ColumnTypes;
export type Value = ColumnTypes[ColumnType] | null;

export interface Column {
  type: ColumnType;
  /** Unit of the values: `s`, `px`, `rad`; omitted for counts, names and shares. */
  unit?: string;
  /** Description for people. */
  about: string;
  /** A row may have no value. */
  isNullable?: boolean;
}

/** A table: what a row represents, and its columns in order. */
export interface Table {
  about: string;
  columns: Readonly<Record<string, Column>>;
}

type ValueOf<C extends Column> =
  | ColumnTypes[C['type']]
  | (C extends { isNullable: true } ? null : never);

/** A row as typed in code, derived from its table. */
export type RowOf<T extends Table> = {
  -readonly [Name in keyof T['columns']]: ValueOf<T['columns'][Name]>;
};

/** A row of any table, by column name. */
export type Row = Readonly<Record<string, Value>>;
