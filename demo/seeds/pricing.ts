import { referenceKey } from '#shared/input/text-key.ts';
import { equipmentKinds } from '#shared/vocabulary.ts';
import { applyFactors, type Factor } from '../../subgraphs/pricing/domain/price.ts';
import { currency } from '../../subgraphs/pricing/store/quotes.ts';
import { derivedId } from '../derived-id.ts';
import type { SeedWriter } from '../seeding/write-seeds.ts';
import type { Quote, Shipment, World } from '../world.ts';

/** Customers, prices, invoices and payments of the demo world. */
export async function seed(tables: SeedWriter, world: World): Promise<void> {
  const regions = new Map(world.hubs.map((hub) => [hub.id, hub.region]));
  const lanes = new Map(world.lanes.map((lane) => [lane.id, lane]));
  const { shipments, organizations, now } = world;
  const regionOf = ({ laneId }: Shipment) => regions.get(lanes.get(laneId)?.originHubId ?? world.hubs[0]!.id) ?? '';

  await tables.copy(
    'customer',
    organizations.map(({ id, tier }) => ({ id, tier })),
  );
  await tables.copy(
    'priced_shipment',
    shipments.values().map((shipment) => shipmentRow(shipment, regionOf(shipment))),
  );
  await tables.copy(
    'quote',
    shipments.values().flatMap((shipment) => (shipment.quote ? [quoteRow(shipment, shipment.quote)] : [])),
  );
  await tables.copy('invoice', shipments.values().flatMap(invoiceRows));
  await tables.copy('payment', shipments.values().flatMap(paymentRows));
  await tables.copy(
    'market_observation',
    equipmentKinds.flatMap((equipment, index) => observationRows(equipment, index, now)),
  );
  // Numbers of new invoices continue after those of the world, which are per year.
  await tables.execute(`select setval('invoice_serial', $1)`, [shipments.length + 1]);
}

function shipmentRow(shipment: Shipment, originRegion: string) {
  const { id, organizationId, equipment, distanceMeters, totalVolumeM3, createdAt, status } = shipment;
  return {
    id,
    organization_id: organizationId,
    equipment,
    distance_meters: Math.round(distanceMeters),
    volume_m3: totalVolumeM3,
    origin_region: originRegion,
    created_at: createdAt,
    closed: status === 'CANCELLED',
  };
}

function quoteRow({ id: shipmentId, organizationId, createdByAccountId }: Shipment, quote: Quote) {
  const { id, createdAt, expiresAt, acceptedAt, baseRateCents, floorCents, ceilingCents, priceCents } = quote;
  const factors = factorsOf(quote);
  const values = factors.map(({ value }) => value);
  return {
    id,
    shipment_id: shipmentId,
    organization_id: organizationId,
    requested_by: createdByAccountId,
    currency,
    base_rate_cents: baseRateCents,
    factors,
    floor_cents: floorCents,
    ceiling_cents: ceilingCents,
    price_cents: priceCents,
    limited: applyFactors(baseRateCents, values).limited,
    created_at: createdAt,
    expires_at: expiresAt,
    accepted_at: acceptedAt,
  };
}

function factorsOf(quote: Quote): Factor[] {
  const explanation = 'As observed when the price was made (demo history).';
  const rounded = (value: number) => Math.round(value * 10_000) / 10_000;
  return [
    { kind: 'DEMAND', value: quote.demandFactor, explanation },
    { kind: 'COMPETITOR', value: quote.competitorFactor, explanation },
    { kind: 'COST', value: quote.costFactor, explanation },
    {
      kind: 'TIER',
      value: rounded(1 - quote.tierDiscount),
      explanation: `Tier discount: ${quote.tierDiscount * 100} % off.`,
    },
    {
      kind: 'VOLUME',
      value: rounded(1 - quote.volumeDiscount),
      explanation: `Volume discount: ${quote.volumeDiscount * 100} % off.`,
    },
  ];
}

function invoiceRows({ id: shipmentId, organizationId, invoice, carryingCostCents }: Shipment) {
  if (!invoice) return [];
  const { id, number, amountCents, issuedAt, dueAt, payments } = invoice;
  const paid = payments.reduce((sum, payment) => sum + payment.amountCents, 0);
  return [
    {
      id,
      number,
      shipment_id: shipmentId,
      organization_id: organizationId,
      currency,
      amount_cents: amountCents,
      paid_cents: paid,
      cost_cents: carryingCostCents ?? 0,
      issued_at: issuedAt,
      due_at: dueAt,
    },
  ];
}

function paymentRows({ organizationId, invoice }: Shipment) {
  return (invoice?.payments ?? []).map(({ id, amountCents, method, reference, paidAt }) => ({
    id,
    invoice_id: invoice?.id,
    organization_id: organizationId,
    amount_cents: amountCents,
    method,
    reference,
    reference_key: referenceKey(reference),
    paid_at: paidAt,
  }));
}

/** One market observation of each kind from two days ago, which new quotes use. */
function observationRows(equipment: string, index: number, now: Date) {
  const observedAt = new Date(now.getTime() - 2 * 86_400_000);
  const row = { equipment, source: 'Demo market survey', observed_at: observedAt };
  return [
    { id: derivedId(observedAt, equipment, 'COMPETITOR'), ...row, kind: 'COMPETITOR', ratio: 0.97 + index * 0.02 },
    { id: derivedId(observedAt, equipment, 'COST'), ...row, kind: 'COST', ratio: 1.01 + index * 0.01 },
  ];
}
