import { LockMode } from '@mikro-orm/core';
import { recordOnce } from '#shared/database/idempotency.ts';
import type { Transact, Transaction } from '#shared/database/transaction.ts';
import { refuse } from '#shared/errors/errors.ts';
import { isUuid, newId } from '#shared/ids.ts';
import { decimalsOf } from '#shared/input/currencies.ts';
import { parseIdempotencyKey } from '#shared/input/idempotency-key.ts';
import { type Money, moneyOf, toMinorUnits } from '#shared/input/money.ts';
import { toLine } from '#shared/input/text.ts';
import { outstandingCents } from '../domain/billing.ts';
import { type Invoice, InvoiceEntity, type Payment, PaymentEntity, PricedShipmentEntity } from '../entities.ts';

/** The most payments of one invoice, so that its list is short and complete. */
export const mostPayments = 50;

export interface PaymentInput {
  readonly invoiceId: string;
  readonly amount: Money;
  readonly method: Payment['method'];
  readonly reference: string;
  readonly paidAt?: Date | null;
  readonly acceptOverpayment: boolean;
  readonly idempotencyKey: string;
}

/** Records a payment of an invoice. The invoice is locked, so that its sum is right with concurrent payments. */
export function recordPayment(
  transact: Transact,
  accountId: string,
  input: PaymentInput,
  now: Date,
): Promise<{ invoice: Invoice; payment: Payment }> {
  const key = parseIdempotencyKey(input.idempotencyKey);
  const reference =
    toLine(input.reference, 1, 64) ??
    refuse('INVALID_REFERENCE', 'The reference must have 1 to 64 printable characters.', 'reference');
  const currency = input.amount.currency.toUpperCase();
  const amountCents = toMinorUnits(input.amount.amount, currency);
  if (!amountCents || amountCents < 0) {
    return refuse(
      'INVALID_AMOUNT',
      `The amount must be above 0 and have at most ${decimalsOf(currency)} decimals in ${currency}; got ${input.amount.amount}.`,
      'amount.amount',
    );
  }
  const paidAt = input.paidAt ?? now;
  if (paidAt > now) refuse('IN_THE_FUTURE', `paidAt can't be in the future; got ${paidAt.toISOString()}.`, 'paidAt');

  const { amount: _amount, idempotencyKey: _key, ...facts } = input;
  const call = {
    accountId,
    mutation: 'recordPayment',
    key,
    input: { ...facts, amountCents, currency },
  };
  return transact(async (transaction) => {
    const { em } = transaction;
    const payment = await recordOnce(
      transaction,
      call,
      () => storePayment(transaction, accountId, input, { amountCents, currency, reference, paidAt }, now),
      (id) => em.findOneOrFail(PaymentEntity, id),
    );
    return { payment, invoice: await em.findOneOrFail(InvoiceEntity, payment.invoiceId) };
  });
}

/** The checked values of a payment. */
interface CheckedPayment {
  readonly amountCents: number;
  readonly currency: string;
  readonly reference: string;
  readonly paidAt: Date;
}

async function storePayment(
  transaction: Transaction,
  accountId: string,
  input: PaymentInput,
  { amountCents, currency, reference, paidAt }: CheckedPayment,
  now: Date,
): Promise<Payment> {
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
  if (await em.count(PaymentEntity, { organizationId: invoice.organizationId, reference })) {
    refuse('DUPLICATE_PAYMENT', `A payment with the reference ${reference} was already recorded.`, 'reference');
  }
  if ((await em.count(PaymentEntity, { invoiceId: invoice.id })) >= mostPayments) {
    refuse(
      'TOO_MANY_PAYMENTS',
      `This invoice already has ${mostPayments} payments, the most that an invoice can have.`,
      'invoiceId',
    );
  }
  const owed = outstandingCents(invoice);
  if (amountCents > owed && !input.acceptOverpayment) {
    refuse(
      'OVERPAYMENT',
      `Only ${moneyOf(owed, invoice.currency).amount} ${invoice.currency} is owed; got ${input.amount.amount}. Set acceptOverpayment to keep the rest as credit.`,
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
    paidAt,
    recordedBy: accountId,
  });
  invoice.paidCents += amountCents;
  await em.flush();
  await emitRecorded(transaction, payment, invoice);
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
