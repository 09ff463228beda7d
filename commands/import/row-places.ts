import { findCountry } from '#shared/input/countries.ts';
import { textOf } from './cells.ts';
import type { PlaceField } from './mapping-fields.ts';
import { RowRefusal, shown } from './refusal.ts';
import { type Row, unmapped } from './row.ts';

/** A place of an imported shipment; null where the row has none. @throws RowRefusal */
export function placeOf(row: Row, name: string, source: PlaceField | undefined) {
  if (!source) return null;
  const country = countryOf(row, name, source);
  const parts = {
    region: textOf(source.region, row.cells),
    city: textOf(source.city, row.cells),
    contactName: textOf(source.contactName, row.cells),
  };
  if (country !== null) return { country, ...parts };
  const [lost] = Object.values(parts).filter((part) => part !== null);
  if (lost === undefined) return null;
  const message = `The place ${shown(lost)} has no country. Fill the cell of the country.`;
  throw new RowRefusal('UNMAPPED', message, { field: `${name}.country`, value: lost });
}

/** A country by its code or English name. */
export function countryOf(row: Row, name: string, source: Pick<PlaceField, 'country'>): string | null {
  const text = textOf(source.country, row.cells);
  if (text === null) return null;
  const country = findCountry(text);
  if (country !== undefined) return country;
  throw unmapped(`${name}.country`, text, 'the code (ISO 3166-1) or English name of a country');
}
