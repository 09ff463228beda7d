import { z } from 'zod';
import { equipmentKinds } from '#shared/vocabulary.ts';
import { importRow } from '../../../subgraphs/shipments/domain/import-input.ts';
import { transportModes } from '../../../subgraphs/shipments/entities.ts';
import { textOf } from '../cells.ts';
import {
  dateField,
  moneyField,
  numberField,
  placeField,
  textField,
  volumeField,
  weightField,
} from '../mapping-fields.ts';
import { enumValueOf, type Row, required } from '../row.ts';
import { dateOf } from '../row-dates.ts';
import { amountOf, amountOrNote, measureOf, measureOrNote, wholeNumberOf } from '../row-numbers.ts';
import { placeOf } from '../row-places.ts';
import { sendBatch } from '../send-batch.ts';
import { unitsOfVolume, unitsOfWeight } from '../units.ts';
import type { ImportKind, ImportRow } from './kind.ts';

const fields = z.strictObject({
  sourceReference: textField,
  reference: textField,
  customerReference: textField.optional(),
  createdAt: dateField,
  deliverBy: dateField.optional(),
  deliveredAt: dateField,
  origin: placeField.optional(),
  destination: placeField.optional(),
  equipment: textField.optional(),
  notes: textField.optional(),
  mode: textField.optional(),
  vendor: textField.optional(),
  incoTerm: textField.optional(),
  item: z.strictObject({
    description: textField,
    commodity: textField,
    quantity: numberField,
    /** Text instead of a number is stored as weightNote. */
    weightKg: weightField.optional(),
    volumeM3: volumeField.optional(),
    value: moneyField.optional(),
  }),
  /** Text instead of an amount is stored as freightCostNote. */
  freightCost: moneyField.optional(),
});
export type ShipmentFields = z.infer<typeof fields>;

/** Delivered shipments of another system. */
export const shipments: ImportKind<ShipmentFields> = {
  fields,
  scopes: ['shipments:import'],
  hasOrganization: true,
  mapRow: mapShipment,
  shapeOf: importRow,
  inputOf: (row) => row,
  send: sendBatch,
};

/** Maps a row of a file to a row of the mutation `importShipments`. @throws RowRefusal */
function mapShipment(source: ShipmentFields, row: Row, line: number, values: readonly string[]): ImportRow {
  const { cells } = row;
  const { item } = source;
  const weight = measureOrNote(row, 'item.weightKg', item.weightKg, unitsOfWeight);
  const cost = amountOrNote(row, 'freightCost', source.freightCost);
  return {
    line,
    sourceReference: required('sourceReference', textOf(source.sourceReference, cells)),
    reference: required('reference', textOf(source.reference, cells)),
    customerReference: textOf(source.customerReference, cells),
    createdAt: required('createdAt', dateOf(row, 'createdAt', source.createdAt)),
    deliverBy: dateOf(row, 'deliverBy', source.deliverBy),
    deliveredAt: required('deliveredAt', dateOf(row, 'deliveredAt', source.deliveredAt)),
    origin: placeOf(row, 'origin', source.origin),
    destination: placeOf(row, 'destination', source.destination),
    equipment: enumValueOf(row, 'equipment', source.equipment, equipmentKinds),
    notes: textOf(source.notes, cells),
    mode: enumValueOf(row, 'mode', source.mode, transportModes),
    vendor: textOf(source.vendor, cells),
    incoTerm: textOf(source.incoTerm, cells),
    item: {
      description: required('item.description', textOf(item.description, cells)),
      commodity: required('item.commodity', textOf(item.commodity, cells)),
      quantity: required('item.quantity', wholeNumberOf(row, 'item.quantity', item.quantity)),
      weightKg: weight.number,
      volumeM3: measureOf(row, 'item.volumeM3', item.volumeM3, unitsOfVolume),
      value: amountOf(row, 'item.value', item.value),
    },
    freightCost: cost.number,
    freightCostNote: cost.note,
    weightNote: weight.note,
    values,
  };
}
