import type { EntityManager } from '#shared/database/database.ts';
import type { Connection, PageArguments } from '#shared/pages/connection.ts';
import type { Period } from '../domain/period.ts';
import { condition, type List, pageOf, readPage } from './page.ts';

/** A driver's place on a board. */
export interface BoardRow {
  readonly driverId: string;
  readonly points: number;
  readonly deliveries: number;
  readonly onTime: number;
  /** Equal scores share it. */
  readonly rank: number;
}

export interface Board {
  readonly period: Period;
  readonly startsAt: Date;
}

const ranked = `(select driver_id, points, deliveries, on_time,
    rank() over (order by points desc)::int as rank,
    row_number() over (order by points desc, driver_id desc)::int as place
  from score_tally where period = ? and starts_at = ?)`;

function boardList({ period, startsAt }: Board): List<BoardRow> {
  return {
    source: condition(`${ranked} t`, period, startsAt),
    order: [
      { column: 'points', kind: 'number' },
      { column: 'driver_id', kind: 'uuid' },
    ],
    descending: true,
    toRow: (_em, raw) => toBoardRow(raw),
    cursorOf: ({ points, driverId }) => [points, driverId],
  };
}

export function readBoard(em: EntityManager, board: Board, page: PageArguments): Promise<Connection<BoardRow>> {
  const list = boardList(board);
  return readPage(em, list, [], pageOf(list, page));
}

export async function topOfBoard(em: EntityManager, { period, startsAt }: Board, first: number): Promise<BoardRow[]> {
  const raws: Record<string, unknown>[] = await em.execute(
    `select t.* from ${ranked} t where t.place <= ? order by t.place`,
    [period, startsAt, first],
  );
  return raws.map(toBoardRow);
}

/** A driver's row with up to `neighbours` rows on either side, best first; empty where the driver is not on the board. */
export async function aroundDriver(
  em: EntityManager,
  { period, startsAt }: Board,
  driverId: string,
  neighbours: number,
): Promise<BoardRow[]> {
  const raws: Record<string, unknown>[] = await em.execute(
    `with board as ${ranked}, own as (select place from board where driver_id = ?)
     select board.* from board, own
     where board.place between own.place - ?::int and own.place + ?::int order by board.place`,
    [period, startsAt, driverId, neighbours, neighbours],
  );
  return raws.map(toBoardRow);
}

/** The rank that a score had among the others of the board. */
export async function rankOf(
  em: EntityManager,
  { period, startsAt }: Board,
  driverId: string,
  points: number,
): Promise<number> {
  const [row] = await em.execute<{ better: string }[]>(
    'select count(*) as better from score_tally where period = ? and starts_at = ? and points > ? and driver_id <> ?',
    [period, startsAt, points, driverId],
  );
  return Number(row?.better) + 1;
}

function toBoardRow(raw: Record<string, unknown>): BoardRow {
  return {
    driverId: String(raw['driver_id']),
    points: Number(raw['points']),
    deliveries: Number(raw['deliveries']),
    onTime: Number(raw['on_time']),
    rank: Number(raw['rank']),
  };
}
