import fc from 'fast-check';
import type { z } from 'zod';
import { loads as kind } from '../../kinds/loads.ts';
import {
  amountAndCurrency,
  choices,
  dates,
  dateFormats as formats,
  keys,
  longTexts,
  needed,
  numbers,
  optional,
  texts,
  wholeNumbers,
} from './cells.ts';
import { column, constant, equipment, type WrittenKind } from './kind.ts';

const zone = { name: 'Asia/Kolkata', minutesAhead: 330 };
const stop = (city: string, latitude: string, from: string, until: string) => ({
  city: constant(city),
  region: constant('MH'),
  country: constant('India'),
  latitude: constant(latitude),
  longitude: constant('72.5'),
  timeZone: constant(zone.name),
  windowStart: column(from, { formats }),
  windowEnd: column(until, { formats }),
});
const stopOf = (city: string, latitude: number, windowStart: unknown, windowEnd: unknown) => ({
  city,
  region: 'MH',
  country: 'IN',
  location: { latitude, longitude: 72.5 },
  timeZone: zone.name,
  contactName: null,
  contactPhone: null,
  street: null,
  postalCode: null,
  windowStart,
  windowEnd,
});

export const loads: WrittenKind<z.infer<typeof kind.fields>> = {
  kind,
  fields: {
    sourceReference: column('Order'),
    customerReference: column('PO'),
    equipment: column('Truck', { values: equipment }),
    notes: column('Notes'),
    pickup: stop('Mumbai', '18.9', 'From', 'Until'),
    delivery: stop('Pune', '18.5', 'Due from', 'Due until'),
    item: {
      description: column('Goods'),
      commodity: column('Kind'),
      quantity: column('Pieces'),
      weightKg: column('Weight'),
      volumeM3: column('Volume'),
      value: column('Value', { currency: column('Cur') }),
    },
  },
  rows: (convention) =>
    fc
      .record({
        Order: needed(keys),
        PO: optional(keys),
        Truck: needed(choices(equipment, 'Sled', 'van')),
        Notes: optional(longTexts),
        From: needed(dates(convention, 0, 5, zone.minutesAhead)),
        Until: needed(dates(convention, 6, 9, zone.minutesAhead)),
        'Due from': needed(dates(convention, 10, 15, zone.minutesAhead)),
        'Due until': needed(dates(convention, 16, 20, zone.minutesAhead)),
        Goods: needed(longTexts),
        Kind: needed(texts),
        Pieces: needed(wholeNumbers(convention, { least: 1, most: 900_000 })),
        Weight: needed(numbers(convention, { least: 1, most: 90_000 })),
        Volume: needed(numbers(convention, { least: 1, most: 900 })),
        value: amountAndCurrency(convention, needed),
      })
      .map(({ value, ...cells }) => ({ ...cells, Value: value.amount, Cur: value.currency })),
  fieldOf: {
    Order: 'sourceReference',
    Truck: 'equipment',
    From: 'pickup.windowStart',
    Until: 'pickup.windowEnd',
    'Due from': 'delivery.windowStart',
    'Due until': 'delivery.windowEnd',
    Goods: 'item.description',
    Kind: 'item.commodity',
    Pieces: 'item.quantity',
    Weight: 'item.weightKg',
    Volume: 'item.volumeM3',
    Value: 'item.value',
    Cur: 'item.value.currency',
  },
  expected: ({ Order, PO, Truck, Notes, From, Until, Goods, Kind, Pieces, Weight, Volume, Value, ...due }) => ({
    sourceReference: Order,
    input: {
      customerReference: PO,
      equipment: Truck,
      notes: Notes,
      stops: [stopOf('Mumbai', 18.9, From, Until), stopOf('Pune', 18.5, due['Due from'], due['Due until'])],
      items: [
        { description: Goods, commodity: Kind, quantity: Pieces, weightKg: Weight, volumeM3: Volume, value: Value },
      ],
      book: false,
    },
  }),
};
