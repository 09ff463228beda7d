import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { anonymous } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { admin, customer, type InvoiceView, invoiceFields, openScene, type Pricing } from './scene.ts';

let scene: Pricing;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

describe('a payment', () => {
  const pay = async (as: typeof customer, input: Record<string, unknown>) => {
    const { data, errors } = await scene.ask<{
      recordPayment: { invoice: InvoiceView | null; payment: { id: string } | null; userErrors: { code: string }[] };
    }>(
      as,
      `mutation($input: RecordPaymentInput!) { recordPayment(input: $input) { invoice { ${invoiceFields} } payment { id } userErrors { code field message } } }`,
      { input: { method: 'ACH', reference: newId(), idempotencyKey: newId(), ...input } },
    );
    return { ...data?.recordPayment, errors };
  };
  const usd = (amount: string) => ({ amount, currency: 'USD' });
  let invoiceId: string;

  beforeEach(async () => {
    const shipmentId = await scene.knownShipment();
    await scene.deliver(shipmentId);
    invoiceId = (await scene.invoiceOf(admin, shipmentId))!.id;
  });

  test('in parts adds up to PAID', async () => {
    expect(await pay(admin, { invoiceId, amount: usd('800') })).toMatchObject({
      invoice: { status: 'PARTIALLY_PAID', outstanding: { amount: '83.50' } },
    });
    expect(await pay(admin, { invoiceId, amount: usd('83.50') })).toMatchObject({
      invoice: { status: 'PAID', outstanding: { amount: '0.00' } },
    });
    const { data } = await scene.ask(
      customer,
      'query($id: ID!) { invoice(id: $id) { payments { recordedBy { id } } } }',
      {
        id: invoiceId,
      },
    );
    const recordedBy = { id: admin.accountId };
    expect(data).toEqual({ invoice: { payments: [{ recordedBy }, { recordedBy }] } });
  });

  test('lowers what its organization owes at once', async () => {
    const billing = async () => {
      const { data } = await scene.ask<{
        _entities: [{ billing: { outstanding: { amount: string }; openInvoices: number } }];
      }>(
        admin,
        'query($r: [_Any!]!) { _entities(representations: $r) { ... on Organization { billing { outstanding { amount } openInvoices } } } }',
        { r: [{ __typename: 'Organization', id: customer.organizationId }] },
      );
      const { outstanding, openInvoices } = data!._entities[0].billing;
      return { cents: Math.round(Number(outstanding.amount) * 100), openInvoices };
    };
    const before = await billing();
    await pay(admin, { invoiceId, amount: usd('800') });
    expect(await billing()).toEqual({ cents: before.cents - 80_000, openInvoices: before.openInvoices });
    await pay(admin, { invoiceId, amount: usd('83.50') });
    expect(await billing()).toEqual({ cents: before.cents - 88_350, openInvoices: before.openInvoices - 1 });
  });

  test('of more than is owed is refused, or kept as credit on request', async () => {
    expect(await pay(admin, { invoiceId, amount: usd('900') })).toMatchObject({
      payment: null,
      userErrors: [{ code: 'OVERPAYMENT' }],
    });
    expect(await pay(admin, { invoiceId, amount: usd('900'), acceptOverpayment: true })).toMatchObject({
      invoice: { status: 'PAID', overpaid: { amount: '16.50' } },
    });
  });

  test('reported twice is recorded once, by key and by bank reference', async () => {
    const payment = { invoiceId, amount: usd('100'), reference: 'WIRE-1', idempotencyKey: 'key-12345' };
    const results = await Promise.all([pay(admin, payment), pay(admin, payment)]);
    expect(new Set(results.map((result) => result.payment?.id)).size).toBe(1);
    for (const reference of ['WIRE-1', 'wire 1', ' Wire1 ']) {
      const again = await pay(admin, { ...payment, reference, idempotencyKey: newId() });
      expect(again.userErrors).toMatchObject([{ code: 'DUPLICATE_PAYMENT' }]);
    }
    expect((await pay(admin, { ...payment, amount: usd('101') })).userErrors).toMatchObject([
      { code: 'IDEMPOTENCY_KEY_REUSED' },
    ]);
  });

  test('is the same call when its id and texts are written in another way', async () => {
    const payment = { invoiceId, amount: usd('100'), reference: 'WIRE-2', idempotencyKey: newId() };
    const first = await pay(admin, payment);
    const repeated = await pay(admin, { ...payment, invoiceId: invoiceId.toUpperCase(), reference: ' WIRE-2 ' });
    expect(repeated).toMatchObject({ payment: { id: first.payment!.id }, userErrors: [] });
  });

  test('after another in the same request shows both', async () => {
    const { data } = await scene.ask<Record<string, { invoice: InvoiceView }>>(
      admin,
      `mutation($one: RecordPaymentInput!, $two: RecordPaymentInput!) {
        one: recordPayment(input: $one) { invoice { ${invoiceFields} } }
        two: recordPayment(input: $two) { invoice { ${invoiceFields} } }
      }`,
      Object.fromEntries(
        ['one', 'two'].map((reference) => [
          reference,
          { invoiceId, reference, amount: usd('1'), method: 'ACH', idempotencyKey: newId() },
        ]),
      ),
    );
    expect(data!['one']!.invoice).toMatchObject({ paid: { amount: '1.00' }, payments: [{ reference: 'one' }] });
    const { paid, payments } = data!['two']!.invoice;
    expect(paid).toEqual({ amount: '2.00' });
    // Both arrived in the same millisecond, so their order is open.
    expect(payments.map(({ reference }) => reference).toSorted()).toEqual(['one', 'two']);
  });

  test('with several faults names all of them', async () => {
    const { userErrors } = await pay(admin, {
      invoiceId,
      amount: usd('0'),
      reference: ' ',
      paidAt: '2030-01-01T00:00:00Z',
      idempotencyKey: 'short',
    });
    expect(userErrors).toMatchObject([
      { code: 'INVALID_INPUT', field: ['amount', 'amount'] },
      { code: 'INVALID_INPUT', field: ['reference'] },
      { code: 'INVALID_TIME', field: ['paidAt'] },
      { code: 'INVALID_INPUT', field: ['idempotencyKey'] },
    ]);
  });

  test('is never lost among several at once', async () => {
    const results = await Promise.all(Array.from({ length: 5 }, () => pay(admin, { invoiceId, amount: usd('100') })));
    expect(results.flatMap((result) => result.userErrors)).toEqual([]);
    const { invoice } = await pay(admin, { invoiceId, amount: usd('0.01') });
    expect(invoice?.paid.amount).toBe('500.01');
  });

  test('may come in at most 50 parts, and the latest are shown', async () => {
    for (let parts = 1; parts <= 50; parts++) {
      const { userErrors } = await pay(admin, { invoiceId, amount: usd('0.01'), reference: `PART-${parts}` });
      expect(userErrors).toEqual([]);
    }
    expect((await pay(admin, { invoiceId, amount: usd('0.01') })).userErrors).toMatchObject([
      { code: 'TOO_MANY_PAYMENTS', field: ['invoiceId'] },
    ]);
    const query =
      'query($id: ID!) { invoice(id: $id) { payments(last: 50) { reference } latest: payments { reference } } }';
    const { data } = await scene.ask<{ invoice: Record<string, { reference: string }[]> }>(admin, query, {
      id: invoiceId,
    });
    expect(data!.invoice['payments']).toHaveLength(50);
    expect(data!.invoice['latest']).toEqual(data!.invoice['payments']?.slice(-10));
    const { errors } = await scene.ask(admin, query.replace('last: 50', 'last: 51'), { id: invoiceId });
    expect(errors[0]?.message).toBe('"last" must be from 1 to 50; got 51.');
  });

  test('with a wrong input is refused with a code', async () => {
    const refusals: [string, Record<string, unknown>][] = [
      ['NOT_FOUND', { invoiceId: newId(), amount: usd('1') }],
      ['NOT_FOUND', { invoiceId: `'; drop table invoice; --`, amount: usd('1') }],
      ['INVALID_INPUT', { invoiceId, amount: usd('0') }],
      ['INVALID_INPUT', { invoiceId, amount: usd('-5') }],
      ['INVALID_INPUT', { invoiceId, amount: usd('0.001') }],
      ['CURRENCY_MISMATCH', { invoiceId, amount: { amount: '1', currency: 'EUR' } }],
      ['INVALID_TIME', { invoiceId, amount: usd('1'), paidAt: '2030-01-01T00:00:00Z' }],
      ['INVALID_TIME', { invoiceId, amount: usd('1'), paidAt: '1970-01-01T00:00:00Z' }],
      ['INVALID_INPUT', { invoiceId, amount: usd('1'), reference: 'a\u0000b' }],
      ['INVALID_INPUT', { invoiceId, amount: usd('1'), reference: 'x'.repeat(65) }],
    ];
    for (const [code, input] of refusals) expect((await pay(admin, input)).userErrors).toMatchObject([{ code }]);
  });

  test('is for billing staff only', async () => {
    expect((await pay(customer, { invoiceId, amount: usd('1') })).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
    expect((await scene.ask(anonymous, '{ invoices { nodes { id } } }')).errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
  });
});
