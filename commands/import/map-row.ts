import { equipmentKinds } from '#shared/vocabulary.ts';
import { transportModes } from '../../subgraphs/shipments/entities.ts';
import { type Cells, textOf } from './cells.ts';
import type { Mapping } from './mapping.ts';
import { enumValueOf, type Row, required } from './row.ts';
import { dateOf } from './row-dates.ts';
import { amountOf, amountOrNote, measureOf, measureOrNote, wholeNumberOf } from './row-numbers.ts';
import { placeOf } from './row-places.ts';
import { unitsOfVolume, unitsOfWeight } from './units.ts';

/** A row of the mutation `importShipments`. */
export type ImportRow = Readonly<Record<string, unknown>> & { readonly line: number; readonly sourceReference: string };

/** Maps a row of a file to a row of the import. @throws RowRefusal */
export function mapRow({ fields }: Mapping, row: Row, line: number, values: readonly string[]): ImportRow {
  const { cells } = row;
  const { item } = fields;
  const weight = measureOrNote(row, 'item.weightKg', item.weightKg, unitsOfWeight);
  const cost = amountOrNote(row, 'freightCost', fields.freightCost);
  return {
    line,
    sourceReference: required('sourceReference', textOf(fields.sourceReference, cells)),
    reference: required('reference', textOf(fields.reference, cells)),
    createdAt: required('createdAt', dateOf(row, 'createdAt', fields.createdAt)),
    deliverBy: dateOf(row, 'deliverBy', fields.deliverBy),
    deliveredAt: required('deliveredAt', dateOf(row, 'deliveredAt', fields.deliveredAt)),
    origin: placeOf(row, 'origin', fields.origin),
    destination: placeOf(row, 'destination', fields.destination),
    equipment: enumValueOf(row, 'equipment', fields.equipment, equipmentKinds),
    notes: textOf(fields.notes, cells),
    mode: enumValueOf(row, 'mode', fields.mode, transportModes),
    vendor: textOf(fields.vendor, cells),
    incoTerm: textOf(fields.incoTerm, cells),
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

/** The key of a row, also of a refused one. */
export function sourceReferenceOf({ fields }: Mapping, cells: Cells): string {
  return textOf(fields.sourceReference, cells) ?? '';
}
