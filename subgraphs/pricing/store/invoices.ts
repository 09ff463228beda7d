import { raw } from '@mikro-orm/core';
import type { EntityManager } from '#shared/database/database.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import type { EventPayload } from '#shared/events/topics.ts';
import { isUuid, newId } from '#shared/ids.ts';
import { type Connection, type PageArguments, parsePage, toConnection } from '#shared/pages/connection.ts';
import { cursorParts } from '#shared/pages/cursor.ts';
import { keysetOf } from '#shared/pages/keyset.ts';
import { type InvoiceStatus, invoiceNumber } from '../domain/billing.ts';
import { carryingCostCents, paymentDays } from '../domain/rates.ts';
import { CustomerEntity, type Invoice, InvoiceEntity, PricedShipmentEntity, QuoteEntity } from '../entities.ts';
import { currency, priceShipment } from './quotes.ts';
import { organizationCondition, type Visibility } from './visibility.ts';

/** Issues the invoice of a delivered shipment: at the accepted price, else at the price of the day. Once per shipment. */
export async function issueInvoice(
  { em, emit }: Transaction,
  delivered: EventPayload<'shipment.delivered'>,
): Promise<void> {
  const { shipmentId, organizationId } = delivered;
  const shipment = await em.findOneOrFail(PricedShipmentEntity, shipmentId);
  if (await em.count(InvoiceEntity, { shipmentId })) return;
  const issuedAt = new Date(delivered.at);
  const quote = await em.findOne(QuoteEntity, { shipmentId, acceptedAt: { $ne: null } });
  const { priceCents, baseRateCents } = quote ?? (await priceShipment(em, shipment, issuedAt));
  const customer = await em.findOne(CustomerEntity, organizationId);
  const [serial] = await em.execute<{ serial: string }[]>(`select nextval('invoice_serial') as serial`);
  const lateSeconds = (issuedAt.getTime() - Date.parse(delivered.deliverBy)) / 1000;
  const invoice = em.create(InvoiceEntity, {
    id: newId(issuedAt.getTime()),
    number: invoiceNumber(issuedAt, Number(serial?.serial)),
    shipmentId,
    organizationId,
    currency,
    amountCents: priceCents,
    paidCents: 0,
    costCents: carryingCostCents(baseRateCents, lateSeconds),
    issuedAt,
    dueAt: new Date(issuedAt.getTime() + paymentDays[customer?.tier ?? 'FREE'] * 86_400_000),
  });
  await em.flush();
  const { id: invoiceId, amountCents, costCents } = invoice;
  await emit('invoice.issued', {
    shipmentId,
    invoiceId,
    organizationId,
    driverId: delivered.driverId,
    amountCents,
    currency,
    costCents,
    at: delivered.at,
  });
}

export interface InvoiceFilter {
  readonly statuses?: readonly InvoiceStatus[] | null;
  readonly issuedFrom?: Date | null;
  readonly issuedBefore?: Date | null;
}

/** Invoices by time of issue, newest first. */
export async function listInvoices(
  em: EntityManager,
  visibility: Visibility,
  page: PageArguments,
  filter: InvoiceFilter | null | undefined,
  now: Date,
  organizationId?: string,
): Promise<Connection<Invoice>> {
  const request = parsePage(page, [cursorParts.time, cursorParts.uuid]);
  const { orderBy, beyond } = keysetOf(request, 'issuedAt', 'desc');
  const matching = [
    organizationCondition(visibility) ?? { id: null },
    organizationId === undefined ? {} : isUuid(organizationId) ? { organizationId } : { id: null },
    filterCondition(filter, now),
  ];
  const rows = await em.find(InvoiceEntity, { $and: [...matching, beyond] }, { orderBy, limit: request.limit });
  return toConnection(request, rows, {
    cursor: (invoice) => [invoice.issuedAt.toISOString(), invoice.id],
    node: (invoice) => invoice,
    count: () => em.count(InvoiceEntity, { $and: matching }),
  });
}

const amount = () => raw('amount_cents');

/** `invoiceStatus` of the domain, as conditions on rows. */
const statusConditions: Record<InvoiceStatus, (now: Date) => object> = {
  PAID: () => ({ paidCents: { $gte: amount() } }),
  OVERDUE: (now) => ({ paidCents: { $lt: amount() }, dueAt: { $lt: now } }),
  PARTIALLY_PAID: (now) => ({ paidCents: { $gt: 0, $lt: amount() }, dueAt: { $gte: now } }),
  OPEN: (now) => ({ paidCents: 0, dueAt: { $gte: now } }),
};

function filterCondition(filter: InvoiceFilter | null | undefined, now: Date): object {
  const { statuses, issuedFrom, issuedBefore } = filter ?? {};
  return {
    $and: [
      statuses ? { $or: statuses.length ? statuses.map((one) => statusConditions[one](now)) : [{ id: null }] } : {},
      issuedFrom ? { issuedAt: { $gte: issuedFrom } } : {},
      issuedBefore ? { issuedAt: { $lt: issuedBefore } } : {},
    ],
  };
}
