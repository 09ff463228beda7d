import { isUuid } from '#shared/ids.ts';
import { type Connection, type PageArguments, toConnection } from '#shared/pages/connection.ts';
import type { ShipmentsContext } from '../context.ts';
import { parseFilter, type ShipmentFilter } from '../domain/filter-input.ts';
import type { ShipmentRow } from '../entities.ts';
import { cursorOf, pageIn, type ShipmentOrder } from '../store/order.ts';
import { countOf, type ListRequest, type Owner, pageOf } from '../store/pages.ts';

export interface ListArguments extends PageArguments {
  readonly filter?: ShipmentFilter | null;
  readonly orderBy: ShipmentOrder;
}

function requestOf(args: ListArguments): ListRequest {
  return { filter: parseFilter(args.filter), order: args.orderBy, page: pageIn(args.orderBy, args) };
}

function connectionOf(
  { order, page }: ListRequest,
  rows: readonly ShipmentRow[],
  count: () => Promise<number>,
): Connection<ShipmentRow> {
  return toConnection(page, rows, { cursor: (row) => cursorOf(order, row), node: (row) => row, count });
}

/** A page over everything that the caller may see. */
export async function listShipments(
  { em, identity, clock }: ShipmentsContext,
  args: ListArguments,
): Promise<Connection<ShipmentRow>> {
  const request = requestOf(args);
  const rows = await pageOf(em, identity, clock(), request);
  return connectionOf(request, rows, () => countOf(em, identity, clock(), request.filter));
}

/** A page of one organization's or driver's shipments, read together with those of the others beside it. */
export async function listOwned(
  { loaders }: ShipmentsContext,
  owner: Owner,
  ownerId: string,
  args: ListArguments,
): Promise<Connection<ShipmentRow>> {
  const request = requestOf(args);
  if (!isUuid(ownerId)) return connectionOf(request, [], async () => 0);
  const entry = await loaders.pages(owner, request).load(ownerId);
  const count = async () => (await loaders.counts(owner, request.filter).load(ownerId))?.[1] ?? 0;
  return connectionOf(request, entry?.[1] ?? [], count);
}
