import { isUuid } from '#shared/ids.ts';

/** Ids as one parameter for `= any(?::uuid[])`; texts that are no ids match nothing and are left out. */
export function uuidArray(ids: Iterable<string>): string {
  return `{${[...ids].filter(isUuid).join(',')}}`;
}

/** Rows as one parameter for `json_to_recordset(?::json)`. */
export function jsonRows(rows: readonly object[]): string {
  return JSON.stringify(rows);
}

/** A part of a statement with its parameters. */
export interface Fragment {
  readonly sql: string;
  readonly params: readonly unknown[];
}
