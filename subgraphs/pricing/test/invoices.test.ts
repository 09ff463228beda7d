import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import { admin, customer, inDays, openScene, organizationId, type Pricing, start, stranger } from './scene.ts';

let now = start;
beforeEach(() => {
  now = start;
});
let scene: Pricing;
beforeAll(async () => {
  scene = await openScene(() => now);
});
afterAll(() => scene.close());

describe('an invoice', () => {
  test('is issued once on delivery, at the accepted price', async () => {
    const shipmentId = await scene.knownShipment();
    const { quote } = await scene.requestQuote(customer, shipmentId);
    await scene.acceptQuote(customer, quote!.id);
    await scene.deliver(shipmentId);
    await scene.deliver(shipmentId);
    expect(await scene.invoiceOf(customer, shipmentId)).toMatchObject({
      status: 'OPEN',
      amount: { amount: quote!.price.amount },
      payments: [],
    });
    expect(await scene.invoiceOf(stranger, shipmentId)).toBeNull();
  });

  test('is issued at the price of the day if no quote was accepted', async () => {
    const shipmentId = await scene.knownShipment();
    await scene.deliver(shipmentId);
    expect(await scene.invoiceOf(customer, shipmentId)).toMatchObject({ amount: { amount: '883.50' } });
  });

  test('names the quote that it bills, and is found by its number as people type it, its customer and its due date', async () => {
    const shipmentId = await scene.knownShipment();
    const { quote } = await scene.requestQuote(customer, shipmentId);
    await scene.acceptQuote(customer, quote!.id);
    await scene.deliver(shipmentId);
    const invoice = (await scene.invoiceOf(customer, shipmentId))!;
    const find = async (filter: object, orderBy = 'DUE_SOONEST') => {
      const { data, errors } = await scene.ask<{ invoices: { nodes: { id: string; quote: unknown }[] } }>(
        admin,
        'query($filter: InvoiceFilter, $orderBy: InvoiceOrder!) { invoices(filter: $filter, orderBy: $orderBy, first: 100) { nodes { id quote { id } } } }',
        { filter, orderBy },
      );
      expect(errors).toEqual([]);
      return data!.invoices.nodes;
    };
    const found = [{ id: invoice.id, quote: { id: quote!.id } }];
    expect(await find({ number: invoice.number })).toEqual(found);
    expect(await find({ number: ` ${invoice.number.toLowerCase().replaceAll('-', ' ')}` })).toEqual(found);
    const [, year, serial] = invoice.number.split('-') as [string, string, string];
    const endings = [
      serial,
      String(Number(serial)),
      `${year} ${serial}`,
      `${year}-${Number(serial)}`,
      serial.slice(0, 5),
    ];
    for (const part of [...endings, year, 'inv', `INV-${year}`])
      expect(await find({ number: part })).toContainEqual(found[0]);
    expect(await find({ number: serial })).toEqual(found);
    for (const other of ['INV-1', `${serial}0`, `INV-${serial}`, '%', 'x'])
      expect(await find({ number: other })).not.toContainEqual(found[0]);
    const due = { from: now.toISOString(), until: inDays(400).toISOString() };
    for (const orderBy of ['DUE_SOONEST', 'ISSUED_NEWEST'])
      expect(await find({ organizationId, due, issued: { from: now.toISOString() } }, orderBy)).toContainEqual(
        found[0],
      );
    // Deprecated names still work.
    const issued = { issuedFrom: now.toISOString(), issuedBefore: due.until };
    expect(await find({ number: invoice.number, ...issued })).toEqual(found);
    expect(await find({ number: invoice.number, issuedBefore: now.toISOString() })).toEqual([]);
    expect(await find({ organizationId: newId() })).toEqual([]);
    expect(await find({ due: { until: now.toISOString() }, number: invoice.number })).toEqual([]);
  });

  test('becomes overdue if it is not paid by its due date', async () => {
    const shipmentId = await scene.knownShipment();
    await scene.deliver(shipmentId);
    now = inDays(15);
    expect(await scene.invoiceOf(customer, shipmentId)).toMatchObject({ status: 'OVERDUE' });
  });
});
