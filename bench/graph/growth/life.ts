import { randomUUID } from 'node:crypto';
import type { DemoAccount } from '../../../demo/accounts.ts';

/** Runs a mutation of our clients by the name of its document, and returns its payload. */
export type Perform = <T>(name: string, as: DemoAccount, input: object) => Promise<T>;

interface WithId {
  readonly id: string;
}

/** The life of a shipment through the documents of our clients: drafted, priced, booked, assigned, commented, cancelled. */
export async function liveLife(perform: Perform): Promise<void> {
  const { shipment } = await perform<{ shipment: WithId }>('CreateShipment', 'partner', newShipment());
  const shipmentId = shipment.id;
  const { quote } = await perform<{ quote: WithId }>('RequestQuote', 'partner', {
    shipmentId,
    idempotencyKey: randomUUID(),
  });
  await perform('AcceptQuote', 'partner', { quoteId: quote.id });
  await perform('BookShipment', 'partner', { shipmentId });
  const { results } = await perform<{ results: readonly { driver: WithId; vehicle: WithId }[] }>(
    'AssignBest',
    'dispatcher',
    { shipmentIds: [shipmentId], dryRun: true },
  );
  const [pair] = results;
  if (!pair) throw new Error('AssignBest: a driver and a vehicle for the new shipment are required.');
  await perform('AssignShipment', 'dispatcher', { shipmentId, driverId: pair.driver.id, vehicleId: pair.vehicle.id });
  await perform('CommentOnShipment', 'partner', { shipmentId, body: 'The gate opens at six.' });
  await perform('CancelShipment', 'dispatcher', { shipmentId, reason: 'Sold elsewhere' });
}

const hourMs = 3_600_000;

function newShipment(): object {
  const inHours = (hours: number) => new Date(Date.now() + hours * hourMs).toISOString();
  const stop = (city: string, region: string, timeZone: string, location: object, fromHours: number) => ({
    ...{ city, region, country: 'US', timeZone, location, contactName: `${city} dock` },
    windowStart: inHours(fromHours),
    windowEnd: inHours(fromHours + 8),
  });
  return {
    idempotencyKey: randomUUID(),
    equipment: 'DRY_VAN',
    book: false,
    stops: [
      stop('Chicago', 'IL', 'America/Chicago', { latitude: 41.85, longitude: -87.65 }, 72),
      stop('Detroit', 'MI', 'America/Detroit', { latitude: 42.33, longitude: -83.05 }, 96),
    ],
    items: [
      {
        ...{ description: 'Pallets of paper', commodity: 'Paper', quantity: 4, weightKg: 900, volumeM3: 6 },
        value: { amount: '2500.00', currency: 'USD' },
      },
    ],
  };
}
