interface Place {
  readonly city: string;
  readonly region: string;
  readonly timeZone: string;
  readonly location: { readonly latitude: number; readonly longitude: number };
}

const places: readonly [Place, ...Place[]] = [
  { city: 'Chicago', region: 'US-IL', timeZone: 'America/Chicago', location: { latitude: 41.88, longitude: -87.63 } },
  { city: 'Milwaukee', region: 'US-WI', timeZone: 'America/Chicago', location: { latitude: 43.04, longitude: -87.91 } },
  { city: 'Detroit', region: 'US-MI', timeZone: 'America/Detroit', location: { latitude: 42.33, longitude: -83.05 } },
  { city: 'Columbus', region: 'US-OH', timeZone: 'America/New_York', location: { latitude: 39.96, longitude: -83 } },
  { city: 'Houston', region: 'US-TX', timeZone: 'America/Chicago', location: { latitude: 29.76, longitude: -95.37 } },
];

/** One place after the other, in turn. */
const placeAt = (number: number): Place => places[number % places.length] ?? places[0];

const hour = 3_600_000;

function stopAt(number: number, from: number) {
  const windowStart = new Date(from).toISOString();
  const windowEnd = new Date(from + 8 * hour).toISOString();
  const place = placeAt(number);
  return {
    ...place,
    country: 'US',
    street: '1 Dock Street',
    contactName: `${place.city} dock`,
    windowStart,
    windowEnd,
  };
}

/** The input of `createShipment` for a sample: from one place to the next one, tomorrow. */
export function shipmentOf(number: number, now: Date) {
  return {
    equipment: 'DRY_VAN',
    stops: [stopAt(number, now.getTime() + 24 * hour), stopAt(number + 1, now.getTime() + 48 * hour)],
    items: [
      {
        description: 'Pallets of paper',
        commodity: 'Paper',
        quantity: 4,
        weightKg: 900,
        volumeM3: 6,
        value: { amount: '2500.00', currency: 'USD' },
      },
    ],
  };
}

/** Where vehicle and driver of a sample are at home: at its pickup. */
export const homeBaseOf = (number: number) => ({ ...placeAt(number), country: 'US' });
