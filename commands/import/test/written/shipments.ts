import fc from 'fast-check';
import type { z } from 'zod';
import { shipments as kind } from '../../kinds/shipments.ts';
import {
  amountAndCurrency,
  amounts,
  choices,
  dates,
  dateFormats as formats,
  keys,
  longTexts,
  needed,
  numbers,
  optional,
  orNotes,
  texts,
  wholeNumbers,
} from './cells.ts';
import { column, constant, type WrittenKind, type WrittenRow } from './kind.ts';

/** A city without a country would be lost, so it refuses its row. */
const countries = { Germany: 'DE', de: 'DE', JP: 'JP', UK: 'GB', 'south korea': 'KR' };
const placeAndCity = fc
  .record({ Country: optional(choices(countries, 'Atlantis', 'ZZ')), City: optional(texts) })
  .map(({ Country, City }): Pick<WrittenRow, 'Country' | 'City'> => {
    const isLost = City.cell !== '' && Country.cell === '';
    return { Country: isLost ? { ...Country, reads: 'REFUSED' } : Country, City };
  });

export const shipments: WrittenKind<z.infer<typeof kind.fields>> = {
  kind,
  fields: {
    sourceReference: column('ID'),
    reference: { template: 'R-{ID}' },
    customerReference: column('PO'),
    createdAt: column('Ordered', { formats }),
    deliveredAt: column('Delivered', { formats }),
    destination: { country: column('Country'), city: column('City') },
    mode: column('Mode', { values: { Road: 'TRUCK', 'n/a': null } }),
    item: {
      description: column('Goods'),
      commodity: constant('General'),
      quantity: column('Qty'),
      weightKg: column('Weight', { notes: ['see *'] }),
      volumeM3: column('Volume'),
      value: column('Value', { currency: 'USD' }),
    },
    freightCost: column('Cost', { currency: column('Cur'), notes: ['see *'] }),
  },
  rows: (convention) =>
    fc
      .record({
        ID: needed(keys),
        PO: optional(keys),
        Ordered: needed(dates(convention, 0, 99)),
        Delivered: needed(dates(convention, 100, 199)),
        place: placeAndCity,
        Goods: needed(longTexts),
        Qty: needed(wholeNumbers(convention, { least: 1 })),
        Weight: orNotes(optional(numbers(convention))),
        Volume: optional(numbers(convention)),
        Value: optional(amounts(convention, 'USD')),
        cost: amountAndCurrency(convention, (cells) => orNotes(optional(cells))),
        Mode: optional(choices({ Road: 'TRUCK', AIR: 'AIR', 'n/a': null }, 'Rail', 'road')),
      })
      .map(({ place, cost, ...cells }) => ({ ...cells, ...place, Cost: cost.amount, Cur: cost.currency })),
  fieldOf: {
    ID: 'sourceReference',
    Ordered: 'createdAt',
    Delivered: 'deliveredAt',
    Country: 'destination.country',
    Goods: 'item.description',
    Qty: 'item.quantity',
    Weight: 'item.weightKg',
    Volume: 'item.volumeM3',
    Value: 'item.value',
    Cost: 'freightCost',
    Cur: 'freightCost.currency',
    Mode: 'mode',
  },
  expected: ({ ID, PO, Ordered, Delivered, Country, City, Goods, Qty, Weight, Volume, Value, Cost, Mode }, notes) => ({
    sourceReference: ID,
    reference: `R-${ID}`,
    customerReference: PO,
    createdAt: Ordered,
    deliverBy: null,
    deliveredAt: Delivered,
    origin: null,
    destination: Country === null ? null : { country: Country, region: null, city: City, contactName: null },
    equipment: null,
    notes: null,
    mode: Mode,
    vendor: null,
    incoTerm: null,
    item: {
      description: Goods,
      commodity: 'General',
      quantity: Qty,
      weightKg: Weight,
      volumeM3: Volume,
      value: Value,
    },
    freightCost: Cost,
    freightCostNote: notes['Cost'] ?? null,
    weightNote: notes['Weight'] ?? null,
  }),
};
