import { z } from 'zod';
import { findTimeZone } from '#shared/input/time-zones.ts';
import { equipmentKinds } from '#shared/vocabulary.ts';
import { createInput } from '../../../subgraphs/shipments/domain/shipment-input.ts';
import { textOf } from '../cells.ts';
import { dateField, moneyField, numberField, textField, volumeField, weightField } from '../mapping-fields.ts';
import { enumValueOf, type Row, required, unmapped } from '../row.ts';
import { dateOf } from '../row-dates.ts';
import { amountOf, measureOf, wholeNumberOf } from '../row-numbers.ts';
import { sendEach } from '../send-each.ts';
import { unitsOfVolume, unitsOfWeight } from '../units.ts';
import { positionFields, positionOf } from './home-base.ts';
import { type ImportKind, keyedShape } from './kind.ts';

const stopFields = z.strictObject({
  ...positionFields,
  contactName: textField.optional(),
  contactPhone: textField.optional(),
  street: textField.optional(),
  postalCode: textField.optional(),
  /** Read in the time zone of the stop. */
  windowStart: dateField,
  windowEnd: dateField,
});
const fields = z.strictObject({
  sourceReference: textField,
  customerReference: textField.optional(),
  equipment: textField,
  notes: textField.optional(),
  pickup: stopFields,
  delivery: stopFields,
  item: z.strictObject({
    description: textField,
    commodity: textField,
    quantity: numberField,
    weightKg: weightField,
    volumeM3: volumeField,
    value: moneyField,
  }),
  /** True to book the loads, false to leave them as drafts. */
  book: z.boolean().default(false),
});
type LoadFields = z.infer<typeof fields>;

const mutation = `mutation ImportLoad($input: CreateShipmentInput!) {
  payload: createShipment(input: $input) { userErrors { code field message } } }`;

/** Open loads, from one pickup to one delivery. */
export const loads: ImportKind<LoadFields> = {
  fields,
  scopes: ['shipments:write'],
  hasOrganization: true,
  shapeOf: () => keyedShape(createInput),
  inputOf: ({ input }) => input,
  send: (sender, rows) => sendEach(sender, mutation, rows, { organizationId: sender.organizationId }),
  mapRow: (source, row, line) => ({
    line,
    sourceReference: required('sourceReference', textOf(source.sourceReference, row.cells)),
    input: loadOf(source, row),
  }),
};

function loadOf({ item, ...source }: LoadFields, row: Row) {
  const { cells } = row;
  return {
    customerReference: textOf(source.customerReference, cells),
    equipment: required('equipment', enumValueOf(row, 'equipment', source.equipment, equipmentKinds)),
    notes: textOf(source.notes, cells),
    stops: [stopOf(row, 'pickup', source.pickup), stopOf(row, 'delivery', source.delivery)],
    items: [
      {
        description: required('item.description', textOf(item.description, cells)),
        commodity: required('item.commodity', textOf(item.commodity, cells)),
        quantity: required('item.quantity', wholeNumberOf(row, 'item.quantity', item.quantity)),
        weightKg: required('item.weightKg', measureOf(row, 'item.weightKg', item.weightKg, unitsOfWeight)),
        volumeM3: required('item.volumeM3', measureOf(row, 'item.volumeM3', item.volumeM3, unitsOfVolume)),
        value: required('item.value', amountOf(row, 'item.value', item.value)),
      },
    ],
    book: source.book,
  };
}

function stopOf(row: Row, name: string, source: z.infer<typeof stopFields>) {
  const { latitude, longitude, timeZone: typed, ...place } = positionOf(row, name, source);
  const timeZone = findTimeZone(typed);
  if (timeZone === undefined) throw unmapped(`${name}.timeZone`, typed, 'an IANA time zone such as America/Chicago');
  return {
    ...place,
    location: { latitude, longitude },
    timeZone,
    contactName: textOf(source.contactName, row.cells),
    contactPhone: textOf(source.contactPhone, row.cells),
    street: textOf(source.street, row.cells),
    postalCode: textOf(source.postalCode, row.cells),
    windowStart: required(`${name}.windowStart`, dateOf(row, `${name}.windowStart`, source.windowStart, timeZone)),
    windowEnd: required(`${name}.windowEnd`, dateOf(row, `${name}.windowEnd`, source.windowEnd, timeZone)),
  };
}
