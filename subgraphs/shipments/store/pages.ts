import type { EntityManager } from '#shared/database/database.ts';
import type { Identity } from '#shared/identity/identity.ts';
import type { ShipmentFilter } from '../domain/filter-input.ts';
import { ShipmentEntity, type ShipmentRow } from '../entities.ts';
import { conditionsOf } from './filter.ts';
import { beyond, type OrderedPage, orderBy, type ShipmentOrder } from './order.ts';
import { columnsOf } from './shipments.ts';
import { allOf, arrayOf, type Sql, visibleTo } from './visibility.ts';

/** What a list of shipments is asked for. */
export interface ListRequest {
  readonly filter: ShipmentFilter;
  readonly order: ShipmentOrder;
  readonly page: OrderedPage;
}

/** Whose lists: of organizations or of drivers. */
export type Owner = 'organization_id' | 'driver_id';

/** One page over all shipments that the identity may see. */
export async function pageOf(
  em: EntityManager,
  identity: Identity,
  now: Date,
  { filter, order, page }: ListRequest,
): Promise<ShipmentRow[]> {
  const where = restricted(identity, now, filter, beyond(order, page));
  const rows = await em.execute(
    `select ${columnsOf(em, ShipmentEntity, 's')} from shipment s where ${where.text} order by ${orderBy(order, page)} limit ?`,
    [...where.parameters, page.limit],
  );
  return rows.map((row) => em.map(ShipmentEntity, row));
}

export async function countOf(
  em: EntityManager,
  identity: Identity,
  now: Date,
  filter: ShipmentFilter,
): Promise<number> {
  const where = restricted(identity, now, filter, null);
  const [row] = await em.execute<{ count: number }[]>(
    `select count(*)::int as count from shipment s where ${where.text}`,
    [...where.parameters],
  );
  return row?.count ?? 0;
}

/** The same page of each owner, in one statement. */
export async function pagesOf(
  em: EntityManager,
  identity: Identity,
  now: Date,
  owner: Owner,
  ownerIds: readonly string[],
  { filter, order, page }: ListRequest,
): Promise<Map<string, ShipmentRow[]>> {
  const where = restricted(identity, now, filter, beyond(order, page));
  const columns = columnsOf(em, ShipmentEntity, 's');
  const sorted = orderBy(order, page);
  const rows = await em.execute<{ owner: string }[]>(
    `select o.id as owner, ${columns} from unnest(?::uuid[]) o(id)
     cross join lateral (
       select ${columns} from shipment s where s.${owner} = o.id and ${where.text} order by ${sorted} limit ?
     ) s order by o.id, ${sorted}`,
    [arrayOf(ownerIds), ...where.parameters, page.limit],
  );
  const pages = new Map<string, ShipmentRow[]>();
  for (const { owner: id, ...row } of rows) {
    const list = pages.get(id) ?? [];
    list.push(em.map(ShipmentEntity, row));
    pages.set(id, list);
  }
  return pages;
}

export async function countsOf(
  em: EntityManager,
  identity: Identity,
  now: Date,
  owner: Owner,
  ownerIds: readonly string[],
  filter: ShipmentFilter,
): Promise<Map<string, number>> {
  const where = restricted(identity, now, filter, null);
  const rows = await em.execute<{ owner: string; count: number }[]>(
    `select s.${owner} as owner, count(*)::int as count from shipment s
     where s.${owner} = any(?::uuid[]) and ${where.text} group by s.${owner}`,
    [arrayOf(ownerIds), ...where.parameters],
  );
  return new Map(rows.map((row) => [row.owner, row.count]));
}

function restricted(identity: Identity, now: Date, filter: ShipmentFilter, position: Sql | null): Sql {
  return allOf([visibleTo(identity), ...conditionsOf(filter, now), ...(position ? [position] : [])]);
}
