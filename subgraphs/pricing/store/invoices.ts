import { changesTo } from '#shared/audit/changes.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import type { EventPayload } from '#shared/events/topics.ts';
import { newId } from '#shared/ids.ts';
import { invoiceNumber } from '../domain/billing.ts';
import { carryingCostCents, paymentDays } from '../domain/rates.ts';
import { CustomerEntity, InvoiceEntity, PricedShipmentEntity, QuoteEntity } from '../entities.ts';
import { currency, priceShipment } from './quotes.ts';

/** Issues the invoice of a delivered shipment, once, at the accepted price or else at the price of the day. */
export async function issueInvoice(
  { em, emit, audit }: Transaction,
  delivered: EventPayload<'shipment.delivered'>,
): Promise<void> {
  const { shipmentId, organizationId } = delivered;
  const shipment = await em.findOneOrFail(PricedShipmentEntity, shipmentId);
  if (await em.count(InvoiceEntity, { shipmentId })) return;
  const issuedAt = new Date(delivered.at);
  const quote = await em.findOne(QuoteEntity, { shipmentId, acceptedAt: { $ne: null }, withdrawnAt: null });
  const { priceCents, baseRateCents } = quote ?? (await priceShipment(em, shipment, issuedAt));
  const customer = await em.findOne(CustomerEntity, organizationId);
  const [next] = await query<{ serial: number }>(em, sql`select nextval('invoice_serial')::int as serial`);
  const lateSeconds = (issuedAt.getTime() - Date.parse(delivered.deliverBy)) / 1000;
  const invoice = em.create(InvoiceEntity, {
    id: newId(issuedAt.getTime()),
    number: invoiceNumber(issuedAt, next?.serial ?? 0),
    shipmentId,
    quoteId: quote?.id ?? null,
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
  const changes = changesTo({
    number: invoice.number,
    shipment: shipmentId,
    amountCents,
    currency,
    dueAt: invoice.dueAt,
  });
  audit({ action: 'INVOICE_ISSUED', target: { kind: 'Invoice', id: invoiceId }, changes, at: new Date() });
}
