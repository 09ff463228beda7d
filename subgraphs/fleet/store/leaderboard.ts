import type { EntityManager } from '#shared/database/database.ts';
import { type List, onlyColumns, pageOf, readPage } from '#shared/database/list.ts';
import { query } from '#shared/database/query.ts';
import { type Columns, rowsFrom } from '#shared/database/rows.ts';
import { type Sql, sql } from '#shared/database/sql.ts';
import type { Connection, PageArguments } from '#shared/pages/connection.ts';
import type { Period } from '../domain/period.ts';

/** A driver's entry on a board. */
export interface BoardRow {
  readonly driverId: string;
  readonly points: number;
  readonly deliveries: number;
  readonly onTime: number;
  /** Equal scores share a rank. */
  readonly rank: number;
}

export interface Board {
  readonly period: Period;
  readonly startsAt: Date;
}

const boardRows = rowsFrom<BoardRow>({
  driverId: 'driver_id',
  points: 'points',
  deliveries: 'deliveries',
  onTime: 'on_time',
  rank: 'rank',
});

/** An entry with the columns that a request needs. */
type Entry = Pick<BoardRow, 'driverId'>;

/** The rows of a board with their places. Equal scores share a rank, but each row has its own place. */
function placed({ period, startsAt }: Board): Sql {
  return sql`(select driver_id, points, deliveries, on_time,
      rank() over (order by points desc)::int as rank,
      row_number() over (order by points desc, driver_id desc)::int as place
    from score_tally where period = ${period} and starts_at = ${startsAt})`;
}

export function readBoard(
  em: EntityManager,
  board: Board,
  page: PageArguments,
  columns: Columns,
): Promise<Connection<Entry>> {
  const whole: List<BoardRow> = {
    rows: boardRows,
    from: sql`${placed(board)} t`,
    order: [
      { expression: 't.points', kind: 'integer', property: 'points' },
      { expression: 't.driver_id', kind: 'uuid', property: 'driverId' },
    ],
    descending: true,
  };
  const list = onlyColumns(whole, columns, ['driverId']);
  return readPage(em, list, [], pageOf(list, page));
}

export function topOfBoard(em: EntityManager, board: Board, first: number, columns: Columns): Promise<Entry[]> {
  const rows = boardRows.only(columns, ['driverId']);
  return rows.read(
    em,
    // A limit lets PostgreSQL stop at these rows. A condition on the place would rank the whole board first.
    sql`select ${rows.columns('t')} from ${placed(board)} t order by t.points desc, t.driver_id desc limit ${first}`,
  );
}

/** A driver's row with up to `neighbours` rows on either side, best first. Empty if the driver is not on the board. */
export function aroundDriver(
  em: EntityManager,
  board: Board,
  driverId: string,
  neighbours: number,
  columns: Columns,
): Promise<Entry[]> {
  const rows = boardRows.only(columns, ['driverId']);
  return rows.read(
    em,
    sql`with board as ${placed(board)}, own as (select place from board where driver_id = ${driverId})
      select ${rows.columns('t')} from board t, own
      where t.place between own.place - ${neighbours}::int and own.place + ${neighbours}::int order by t.place`,
  );
}

/** The rank of a score among the other drivers of the board. */
export async function rankOf(
  em: EntityManager,
  { period, startsAt }: Board,
  driverId: string,
  points: number,
): Promise<number> {
  const [row] = await query<{ better: number }>(
    em,
    sql`select count(*)::int as better from score_tally
      where period = ${period} and starts_at = ${startsAt} and points > ${points} and driver_id <> ${driverId}`,
  );
  return (row?.better ?? 0) + 1;
}
