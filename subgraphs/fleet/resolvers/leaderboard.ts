import { GraphError } from '#shared/errors/errors.ts';
import { liveTopics } from '#shared/events/topics.ts';
import { fieldsOf } from '#shared/graphql/columns.ts';
import { isUuid } from '#shared/ids.ts';
import { checkCount, type PageArguments } from '#shared/pages/connection.ts';
import type { FleetContext } from '../context.ts';
import { type Period, type Span, spanAt } from '../domain/period.ts';
import { driverOf } from '../domain/visibility.ts';
import { aroundDriver, type BoardRow, rankOf, readBoard, topOfBoard } from '../store/leaderboard.ts';
import { joinedChanges, leaderboardUpdates, type LeaderboardUpdate as Update } from './leaderboard-updates.ts';

const maxNeighbours = 10;
const maxLeaders = 100;

/** The start of the all-time board is not shown. */
function shownStart({ period, startsAt }: Span): Date | null {
  return period === 'ALL_TIME' ? null : startsAt;
}

export function leaderboard(
  _parent: unknown,
  { period, at }: { period: Period; at?: Date | null },
  { clock }: FleetContext,
): Span {
  if (period === 'ALL_TIME' && at != null)
    throw new GraphError('BAD_USER_INPUT', '"at" needs the period WEEKLY or MONTHLY. Omit it for ALL_TIME.');
  return spanAt(period, at ?? clock());
}

export const Leaderboard = {
  startsAt: shownStart,
  entries: (board: Span, page: PageArguments, { em, columns }: FleetContext) =>
    readBoard(em, board, page, columns('LeaderboardEntry')),
  standing: async (
    board: Span,
    { driverId, neighbours }: { driverId?: string | null; neighbours: number },
    { em, identity, columns }: FleetContext,
  ) => {
    if (neighbours < 0 || neighbours > maxNeighbours) {
      const range = `from 0 to ${maxNeighbours}`;
      throw new GraphError('BAD_USER_INPUT', `"neighbours" must be ${range}; got ${neighbours}.`);
    }
    const id = driverId ?? driverOf(identity);
    if (id === null || !isUuid(id)) return null;
    const around = await aroundDriver(em, board, id, neighbours, columns('LeaderboardEntry'));
    const entry = around.find((row) => row.driverId === id.toLowerCase());
    return entry ? { entry, around } : null;
  },
};

const entryField = fieldsOf<BoardRow, FleetContext>();
export const LeaderboardEntry = {
  onTimeRate: entryField(['deliveries', 'onTime'], ({ deliveries, onTime }) =>
    deliveries === 0 ? null : onTime / deliveries,
  ),
  driver: entryField(['driverId'], ({ driverId }, _args, { loaders }) => loaders.driver.load(driverId)),
};

export const leaderboardChanged = {
  /** Subscribes before it makes the first message, so that no change between the two is missed. */
  async subscribe(_parent: unknown, { period }: { period: Period }, { live, clock }: FleetContext) {
    const changes = await live.subscribe([liveTopics.leaderboard(period)], { latest: joinedChanges });
    return leaderboardUpdates(changes, period, clock);
  },
  resolve: (update: Update) => update,
};

export const LeaderboardUpdate = {
  period: ({ board }: Update) => board.period,
  startsAt: ({ board }: Update) => shownStart(board),
  entry: async ({ board, change }: Update, _args: unknown, { em, columns }: FleetContext) => {
    if (!change) return null;
    const [entry = null] = await aroundDriver(em, board, change.driverId, 0, columns('LeaderboardEntry'));
    return entry;
  },
  previousRank: ({ board, change }: Update, _args: unknown, { em }: FleetContext) =>
    change?.previousPoints == null ? null : rankOf(em, board, change.driverId, change.previousPoints),
  leaders: ({ board }: Update, { first }: { first: number }, { em, columns }: FleetContext) => {
    checkCount('first', first, maxLeaders);
    return topOfBoard(em, board, first, columns('LeaderboardEntry'));
  },
};
