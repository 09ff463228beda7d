import { pageOf, readPage } from '#shared/database/list.ts';
import type { Connection, PageArguments } from '#shared/pages/connection.ts';
import type { ShipmentsContext } from '../context.ts';
import { parseFilter, type ShipmentFilter } from '../domain/filter-input.ts';
import type { ShipmentRow } from '../entities.ts';
import type { Owner } from '../loaders.ts';
import { conditionsOf } from '../store/filter.ts';
import { type ShipmentOrder, shipmentsIn } from '../store/lists.ts';
import { keptTotal } from '../store/totals.ts';
import { visibleTo } from '../store/visibility.ts';

export interface ListArguments extends PageArguments {
  readonly filter?: ShipmentFilter | null;
  readonly orderBy: ShipmentOrder;
}

/** A page of all shipments that the caller may see. */
export async function listShipments(
  { em, identity, clock, columns }: ShipmentsContext,
  { filter, orderBy, ...page }: ListArguments,
): Promise<Connection<Pick<ShipmentRow, 'id'>>> {
  const list = shipmentsIn(orderBy, columns('Shipment'));
  const wanted = parseFilter(filter);
  const where = [visibleTo(identity), ...(await conditionsOf(em, wanted, clock()))];
  return readPage(em, list, where, pageOf(list, page), keptTotal(em, identity, wanted));
}

/** A page of the shipments of one organization or driver. Pages of several owners are read in one statement. */
export async function listOwned(
  { loaders }: ShipmentsContext,
  owner: Owner,
  ownerId: string,
  { filter, orderBy, ...page }: ListArguments,
): Promise<Connection<Pick<ShipmentRow, 'id'>>> {
  return loaders.pages(owner, orderBy, parseFilter(filter))(ownerId, page);
}
