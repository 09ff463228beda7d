import { z } from 'zod';
import { textOf } from '../cells.ts';
import { numberField, textField } from '../mapping-fields.ts';
import { type Row, required } from '../row.ts';
import { numberOf } from '../row-numbers.ts';
import { countryOf } from '../row-places.ts';

/** A place whose position is known: a home base, or with more fields a stop. */
export const positionFields = {
  city: textField,
  region: textField,
  country: textField,
  latitude: numberField,
  longitude: numberField,
  timeZone: textField,
};
export const homeBaseFields = z.strictObject({ ...positionFields, hubCode: textField.optional() });

interface PositionFields extends Omit<z.infer<typeof homeBaseFields>, 'hubCode'> {}

/** @throws RowRefusal */
export function homeBaseOf(row: Row, source: z.infer<typeof homeBaseFields>) {
  const { latitude, longitude, ...base } = positionOf(row, 'homeBase', source);
  return { hubCode: textOf(source.hubCode, row.cells), ...base, location: { latitude, longitude } };
}

/** @throws RowRefusal */
export function positionOf(row: Row, name: string, source: PositionFields) {
  const { cells } = row;
  const number = (field: 'latitude' | 'longitude') =>
    required(`${name}.${field}`, numberOf(row, `${name}.${field}`, source[field]));
  return {
    city: required(`${name}.city`, textOf(source.city, cells)),
    region: required(`${name}.region`, textOf(source.region, cells)),
    country: required(`${name}.country`, countryOf(row, name, source)),
    latitude: number('latitude'),
    longitude: number('longitude'),
    timeZone: required(`${name}.timeZone`, textOf(source.timeZone, cells)),
  };
}
