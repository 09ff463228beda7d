/** A position in the write-ahead log of the database: 16 hexadecimal digits, so that positions compare as texts. */
export type LogPosition = string;

/** Every server of the database has replayed it. */
export const startOfLog: LogPosition = '0'.repeat(16);
/** No standby ever replays it: for a write whose position is unknown. */
export const endOfLog: LogPosition = 'f'.repeat(16);

/**
 * Header of the gateway: the position up to which a server of the database must have replayed the log to answer this request. Without it, only
 * the primary may answer.
 */
export const readAfterHeader = 'x-read-after';

/** Extension in the response of a subgraph to a mutation: a position after everything that the mutation has written. */
export const writtenExtension = 'written';

export function parseLogPosition(value: unknown): LogPosition | undefined {
  return typeof value === 'string' && /^[0-9a-f]{16}$/.test(value) ? value : undefined;
}

export function laterPosition(one: LogPosition, other: LogPosition): LogPosition {
  return one > other ? one : other;
}
