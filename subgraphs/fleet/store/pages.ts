import DataLoader from 'dataloader';
import type { EntityManager } from '#shared/database/database.ts';
import { type Connection, type PageArguments, toConnection } from '#shared/pages/connection.ts';
import { type Condition, countRowsOf, type List, pageOf, readPagesOf } from './page.ts';

/** Pages of a list that belongs to a parent, for many parents in one statement. */
export type PagesOf<R> = (parentId: string, page: PageArguments) => Promise<Connection<R>>;

const parentsPerStatement = 500;

/** One statement per distinct page arguments and request, and one more where a total is asked for. */
export function pagesOf<R>(
  em: EntityManager,
  list: List<R>,
  parentColumn: string,
  where: readonly Condition[] = [],
): PagesOf<R> {
  const loaders = new Map<string, DataLoader<string, readonly R[]>>();
  const counts = new DataLoader<string, number>(
    async (parents) => {
      const known = await countRowsOf(em, list, parentColumn, parents, where);
      return parents.map((parent) => known.get(parent) ?? 0);
    },
    { maxBatchSize: parentsPerStatement },
  );
  return async (parentId, { first, after, last, before }) => {
    const page = pageOf(list, { first, after, last, before });
    const signature = JSON.stringify(page);
    let loader = loaders.get(signature);
    if (!loader) {
      loader = new DataLoader(
        async (parents) => {
          const rows = await readPagesOf(em, list, parentColumn, parents, where, page);
          return parents.map((parent) => rows.get(parent) ?? []);
        },
        { maxBatchSize: parentsPerStatement },
      );
      loaders.set(signature, loader);
    }
    return toConnection(page, await loader.load(parentId), {
      cursor: list.cursorOf,
      node: (row) => row,
      count: () => counts.load(parentId),
    });
  };
}
