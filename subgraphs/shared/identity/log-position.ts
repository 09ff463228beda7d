/**
 * A position in the write-ahead log of the database: 24 hexadecimal digits, so that positions compare as texts. The first 8 are the timeline, which
 * becomes larger when a standby is promoted. What a former primary has written later is on no server of the new timeline.
 */
export type LogPosition = string;

const digits = 24;
/** Every server of the database has replayed it. */
export const startOfLog: LogPosition = '0'.repeat(digits);
/** No standby ever replays it: for a write whose position is unknown. */
export const endOfLog: LogPosition = 'f'.repeat(digits);

/**
 * Header of the gateway: the position up to which a server of the database must have replayed the log to answer this request. Without it, only
 * the primary may answer.
 */
export const readAfterHeader = 'x-read-after';

/** Extension in the response of a subgraph to a mutation: a position after everything that the mutation has written. */
export const writtenExtension = 'written';

export function parseLogPosition(value: unknown): LogPosition | undefined {
  return typeof value === 'string' && /^[0-9a-f]{24}$/.test(value) ? value : undefined;
}

export function laterPosition(one: LogPosition, other: LogPosition): LogPosition {
  return one > other ? one : other;
}
