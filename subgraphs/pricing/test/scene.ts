import type { EventName, EventPayload } from '#shared/events/topics.ts';
import type { Identity } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { somebody, startTestSubgraph, type TestSubgraph } from '#shared/test/harness.ts';
import { receiveEvents, type SentEvent } from '#shared/test/receive-events.ts';
import type { PricingContext } from '../context.ts';
import { pricing } from '../subgraph.ts';

/** The identities and the first moment of the tests of this subgraph. */
export const start = new Date('2026-03-10T12:00:00Z');
export const organizationId = newId();
export const customer = somebody(['CUSTOMER'], { organizationId });
export const stranger = somebody(['CUSTOMER'], { organizationId: newId() });
export const admin = somebody(['ADMIN']);

export const inDays = (days: number): Date => new Date(start.getTime() + days * 86_400_000);

export type ShipmentFacts = EventPayload<'shipment.created'>;
export interface UserError {
  code: string;
  field: string[] | null;
}
export interface QuotePayload {
  quote: { id: string; status: string; price: { amount: string }; factors: { kind: string; value: number }[] } | null;
  userErrors: UserError[];
}
export const quoteFields =
  'quote { id status price { amount currency } factors { kind value explanation } } userErrors { code field message }';

export interface InvoiceView {
  id: string;
  number: string;
  status: string;
  amount: { amount: string };
  paid: { amount: string };
  outstanding: { amount: string };
  overpaid: { amount: string };
  quote: { id: string } | null;
  payments: { reference: string }[];
}
export const invoiceFields = `id number status amount { amount } paid { amount } outstanding { amount } overpaid { amount }
  quote { id } payments { reference }`;

/** Pricing with its own database, as customers and other subgraphs use it. */
export interface Pricing extends TestSubgraph<PricingContext> {
  /** Delivers an event through the queue, as another subgraph would send it. */
  receive<N extends EventName>(name: N, payload: EventPayload<N>): Promise<void>;
  /** Makes a shipment known. @returns its id */
  knownShipment(changes?: Partial<ShipmentFacts>): Promise<string>;
  changeShipment(shipmentId: string, changes: Partial<ShipmentFacts>): Promise<void>;
  deliver(shipmentId: string, at?: Date): Promise<void>;
  requestQuote(as: Identity, shipmentId: string, idempotencyKey?: string): Promise<QuotePayload>;
  acceptQuote(as: Identity, quoteId: string, options?: { readonly dryRun: boolean }): Promise<QuotePayload>;
  invoiceOf(as: Identity, shipmentId: string): Promise<InvoiceView | null>;
}

export async function openScene(clock: () => Date = () => start): Promise<Pricing> {
  const graph = await startTestSubgraph(pricing, { clock });

  const receive: Pricing['receive'] = async (name, payload) => {
    await receiveEvents(graph.services, [name, payload] as SentEvent);
    await graph.services.jobs.drain();
  };
  const changeQuote = async (as: Identity, name: string, input: object): Promise<QuotePayload> => {
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input!`;
    const mutation = `mutation($input: ${type}) { result: ${name}(input: $input) { ${quoteFields} } }`;
    const { data, errors } = await graph.ask<{ result: QuotePayload }>(as, mutation, { input });
    if (!data) throw new Error(JSON.stringify(errors));
    return data.result;
  };
  return {
    ...graph,
    receive,
    async knownShipment(changes) {
      const shipmentId = newId();
      await receive('shipment.created', shipmentFacts(shipmentId, changes));
      return shipmentId;
    },
    changeShipment: (shipmentId, changes) => receive('shipment.changed', shipmentFacts(shipmentId, changes)),
    deliver: (shipmentId, at = start) => receive('shipment.delivered', deliveryFacts(shipmentId, at)),
    requestQuote: (as, shipmentId, idempotencyKey = newId()) =>
      changeQuote(as, 'requestQuote', { shipmentId, idempotencyKey }),
    acceptQuote: (as, quoteId, options) => changeQuote(as, 'acceptQuote', { quoteId, ...options }),
    async invoiceOf(as, shipmentId) {
      const { data, errors } = await graph.ask<{ _entities: [{ invoice: InvoiceView | null }] }>(
        as,
        `query($r: [_Any!]!) { _entities(representations: $r) { ... on Shipment { invoice { ${invoiceFields} } } } }`,
        { r: [{ __typename: 'Shipment', id: shipmentId }] },
      );
      if (!data) throw new Error(JSON.stringify(errors));
      return data._entities[0].invoice;
    },
  };
}

const chicago = {
  hubCode: 'CHI',
  city: 'Chicago',
  region: 'IL',
  country: 'US',
  latitude: 41.9,
  longitude: -87.6,
  timeZone: 'America/Chicago',
};

/** A load of 500 km in a dry van. */
export function shipmentFacts(shipmentId: string, changes: Partial<ShipmentFacts> = {}): ShipmentFacts {
  return {
    shipmentId,
    reference: 'IF-1',
    organizationId,
    createdByAccountId: customer.accountId,
    equipment: 'DRY_VAN',
    weightKg: 1_000,
    volumeM3: 10,
    valueCents: 100_000,
    currency: 'USD',
    origin: chicago,
    destination: chicago,
    distanceMeters: 500_000,
    pickupFrom: start.toISOString(),
    deliverBy: start.toISOString(),
    createdAt: start.toISOString(),
    ...changes,
  };
}

function deliveryFacts(shipmentId: string, at: Date): EventPayload<'shipment.delivered'> {
  return {
    shipmentId,
    organizationId,
    driverId: newId(),
    vehicleId: newId(),
    at: at.toISOString(),
    onTime: true,
    deliverBy: at.toISOString(),
    pickedUpAt: start.toISOString(),
    createdAt: start.toISOString(),
    distanceMeters: 500_000,
  };
}
