import { LockMode } from '@mikro-orm/core';
import { changesTo } from '#shared/audit/changes.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { refuse } from '#shared/errors/errors.ts';
import { isUuid, newId } from '#shared/ids.ts';
import { moneyOf } from '#shared/input/money.ts';
import { referenceKey } from '#shared/input/text-key.ts';
import { outstandingCents } from '../domain/billing.ts';
import type { PaymentInput } from '../domain/inputs.ts';
import { type Invoice, InvoiceEntity, type Payment, PaymentEntity, PricedShipmentEntity } from '../entities.ts';

/** The most payments of one invoice, so that its list is short and complete. */
export const maxPayments = 50;

/** Records a payment of an invoice. The invoice is locked, so that its sum is right with concurrent payments. */
export async function recordPayment(
  transaction: Transaction,
  accountId: string,
  input: PaymentInput,
  now: Date,
): Promise<Payment> {
  const { cents: amountCents, currency } = input.amount;
  const { reference } = input;
  const paidAt = input.paidAt ?? now;
  const { em } = transaction;
  const invoice = isUuid(input.invoiceId)
    ? await em.findOne(InvoiceEntity, input.invoiceId, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true })
    : null;
  if (!invoice) return refuse('NOT_FOUND', 'There is no invoice with this id.', 'invoiceId');
  if (currency !== invoice.currency)
    refuse(
      'CURRENCY_MISMATCH',
      `The invoice is in ${invoice.currency}, but the payment is in ${currency}.`,
      'amount.currency',
    );
  const shipment = await em.findOneOrFail(PricedShipmentEntity, invoice.shipmentId);
  if (paidAt < shipment.createdAt) {
    const earliest = shipment.createdAt.toISOString();
    refuse('INVALID_TIME', `paidAt must not be before the shipment was created, at ${earliest}.`, 'paidAt');
  }
  const key = referenceKey(reference);
  if (await em.count(PaymentEntity, { organizationId: invoice.organizationId, referenceKey: key })) {
    refuse('DUPLICATE_PAYMENT', `A payment with the reference ${reference} was already recorded.`, 'reference');
  }
  if ((await em.count(PaymentEntity, { invoiceId: invoice.id })) >= maxPayments) {
    refuse(
      'TOO_MANY_PAYMENTS',
      `This invoice already has ${maxPayments} payments, the most that an invoice can have.`,
      'invoiceId',
    );
  }
  const owed = outstandingCents(invoice);
  if (amountCents > owed && !input.acceptOverpayment) {
    refuse(
      'OVERPAYMENT',
      `Only ${moneyOf(owed, invoice.currency).amount} ${invoice.currency} is owed; got ${moneyOf(amountCents, currency).amount}. Set acceptOverpayment to keep the rest as credit.`,
      'amount.amount',
    );
  }
  const { organizationId } = invoice;
  const payment = em.create(PaymentEntity, {
    id: newId(now.getTime()),
    invoiceId: invoice.id,
    organizationId,
    amountCents,
    method: input.method,
    reference,
    referenceKey: key,
    paidAt,
    recordedBy: accountId,
  });
  invoice.paidCents += amountCents;
  await em.flush();
  await emitRecorded(transaction, payment, invoice);
  const { id, method } = payment;
  const changes = changesTo({ invoice: invoice.id, amountCents, currency, method, reference, paidAt });
  transaction.audit({ action: 'PAYMENT_RECORDED', target: { kind: 'Payment', id }, changes, at: now });
  return payment;
}

function emitRecorded({ emit }: Transaction, payment: Payment, { currency, shipmentId }: Invoice): Promise<void> {
  const { id: paymentId, invoiceId, organizationId, amountCents, paidAt } = payment;
  return emit('payment.recorded', {
    paymentId,
    invoiceId,
    shipmentId,
    organizationId,
    amountCents,
    currency,
    at: paidAt.toISOString(),
  });
}
