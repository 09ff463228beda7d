import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import { requestBefore, requestWithout } from '#shared/test/held-back.ts';
import { customer, openScene, type Pricing, type QuotePayload, quoteFields, shipmentFacts } from './scene.ts';

/** The customer's changes of shipments reach pricing by events, a moment after the customer has seen them. */
let scene: Pricing;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

async function quoteAt(shipmentId: string, shipmentVersion: number): Promise<QuotePayload> {
  const { data } = await scene.ask<{ requestQuote: QuotePayload }>(
    customer,
    `mutation($input: RequestQuoteInput!) { requestQuote(input: $input) { ${quoteFields} } }`,
    { input: { shipmentId, shipmentVersion, idempotencyKey: newId() } },
  );
  return data!.requestQuote;
}

async function acceptAt(quoteId: string, shipmentVersion: number): Promise<QuotePayload> {
  const { data } = await scene.ask<{ acceptQuote: QuotePayload }>(
    customer,
    `mutation($input: AcceptQuoteInput!) { acceptQuote(input: $input) { ${quoteFields} } }`,
    { input: { quoteId, shipmentVersion } },
  );
  return data!.acceptQuote;
}

test('a shipment that was just created is quoted when it arrives', async () => {
  const shipmentId = newId();
  const created = ['shipment.created', shipmentFacts(shipmentId)] as const;
  const quoted = await requestBefore(scene, created, () => scene.requestQuote(customer, shipmentId));
  expect(quoted).toMatchObject({ quote: { status: 'OFFERED' }, userErrors: [] });
});

test('the version that the customer has seen is quoted and accepted when it arrives', async () => {
  const shipmentId = await scene.knownShipment({ version: 1 });
  const second = ['shipment.changed', shipmentFacts(shipmentId, { version: 2, volumeM3: 20 })] as const;
  const { quote, userErrors } = await requestBefore(scene, second, () => quoteAt(shipmentId, 2));
  expect(userErrors).toEqual([]);
  const third = ['shipment.changed', shipmentFacts(shipmentId, { version: 3, volumeM3: 20, loadVersion: 2 })] as const;
  const accepted = await requestBefore(scene, third, () => acceptAt(quote!.id, 3));
  expect(accepted).toMatchObject({ quote: { status: 'ACCEPTED' }, userErrors: [] });
});

test('a shipment whose change takes too long is neither quoted nor is its quote accepted', async () => {
  const shipmentId = await scene.knownShipment({ version: 1 });
  const { quote } = await scene.requestQuote(customer, shipmentId);
  const late = [{ code: 'NOT_READY' }];
  expect((await requestWithout(scene, () => quoteAt(shipmentId, 1))).userErrors).toMatchObject(late);
  expect((await requestWithout(scene, () => acceptAt(quote!.id, 1))).userErrors).toMatchObject(late);
});
