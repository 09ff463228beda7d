import { expect } from '@jest/globals';
import type { Payload } from '../../users.ts';
import { codesOf } from './shapes.ts';
import type { DefineStep } from './steps.ts';
import type { Terminal } from './terminal.ts';

interface Money {
  readonly amount: string;
  readonly currency: string;
}

interface Invoice {
  readonly id: string;
  readonly number: string;
  readonly amount: Money;
}

interface Paid extends Payload {
  readonly invoice: Invoice;
}

interface Status {
  readonly viewer: {
    readonly organization: {
      readonly billing: { readonly credit: Money };
      readonly invoices: { readonly nodes: readonly Invoice[] };
    };
  };
}

export function billing(step: DefineStep, terminal: () => Terminal): void {
  let invoice: Invoice;
  const openPage = async (number: string) =>
    (await terminal().admin.read<{ invoices: { nodes: [Invoice] } }>('InvoicePage', { number })).invoices.nodes[0];
  const payment = (amount: string, reference: string) => ({
    invoiceId: invoice.id,
    amount: { amount, currency: invoice.amount.currency },
    method: 'WIRE',
    reference,
    idempotencyKey: `terminal-${reference}`,
  });
  const pay = (amount: string, reference: string, more: object = {}) =>
    terminal().admin.tryTo<Paid>('RecordPayment', { ...payment(amount, reference), ...more });

  step('the customer finds the invoice of a delivery', ['PaymentStatus'], async () => {
    const { viewer } = await terminal().customer.read<Status>('PaymentStatus', { first: 1 });
    [invoice] = viewer.organization.invoices.nodes as [Invoice];
    expect(invoice).toMatchObject({ status: 'OPEN', payments: [], outstanding: invoice.amount });
  });

  step('the accountant finds it by its number, as people type it', ['InvoicePage'], async () => {
    const page = await openPage(invoice.number.toLowerCase());
    expect(page).toMatchObject({ number: invoice.number, amount: invoice.amount });
    invoice = page;
  });

  step('it is paid in part, then in full', ['RecordPayment', 'RecordPayment'], async () => {
    const part = await pay('100.00', 'PART');
    const rest = (Number(invoice.amount.amount) - 100).toFixed(2);
    expect(part.invoice).toMatchObject({ status: 'PARTIALLY_PAID', outstanding: { amount: rest } });
    expect((await pay(rest, 'REST')).invoice).toMatchObject({ status: 'PAID', outstanding: { amount: '0.00' } });
  });

  step('a payment beyond it is refused, or kept as credit', ['RecordPayment', 'RecordPayment'], async () => {
    expect(codesOf(await pay('25.00', 'EXCESS'))).toEqual(['OVERPAYMENT']);
    expect(codesOf(await pay('25.00', 'CREDIT', { acceptOverpayment: true }))).toEqual([]);
  });

  step('the history shows every payment, and the customer the credit', ['InvoicePage', 'PaymentStatus'], async () => {
    const recordedBy = { name: expect.any(String) };
    expect(await openPage(invoice.number)).toMatchObject({
      status: 'PAID',
      overpaid: { amount: '25.00' },
      payments: [
        { amount: { amount: '100.00' }, reference: 'PART', recordedBy },
        { reference: 'REST', recordedBy },
        { amount: { amount: '25.00' }, reference: 'CREDIT', recordedBy },
      ],
    });
    const { viewer } = await terminal().customer.read<Status>('PaymentStatus', { first: 1 });
    expect(viewer.organization.billing.credit.amount).toBe('25.00');
  });
}
