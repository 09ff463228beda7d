import { z } from 'zod';
import { equipmentKinds } from '#shared/vocabulary.ts';
import { registerDriver } from '../../../subgraphs/fleet/domain/driver-input.ts';
import { licenseClasses } from '../../../subgraphs/fleet/domain/license.ts';
import { textOf } from '../cells.ts';
import { dateField, listField, textField } from '../mapping-fields.ts';
import { enumValuesOf, type Row, required } from '../row.ts';
import { dateOf } from '../row-dates.ts';
import { sendEach } from '../send-each.ts';
import { homeBaseFields, homeBaseOf } from './home-base.ts';
import { type ImportKind, keyedShape } from './kind.ts';

const fields = z.strictObject({
  sourceReference: textField,
  name: textField,
  phone: textField,
  licenseNumber: textField,
  licenseClasses: listField,
  equipment: listField,
  homeBase: homeBaseFields,
  hiredAt: dateField.optional(),
});

const mutation = `mutation ImportDriver($input: RegisterDriverInput!) {
  payload: registerDriver(input: $input) { userErrors { code field message } } }`;

/** Drivers of another system. */
export const drivers: ImportKind<z.infer<typeof fields>> = {
  fields,
  scopes: ['fleet:write'],
  hasOrganization: false,
  shapeOf: () => keyedShape(registerDriver(new Date())),
  inputOf: ({ input }) => input,
  send: (sender, rows) => sendEach(sender, mutation, rows),
  mapRow: (source, row, line) => ({
    line,
    sourceReference: required('sourceReference', textOf(source.sourceReference, row.cells)),
    input: driverOf(source, row),
  }),
};

function driverOf(source: z.infer<typeof fields>, row: Row) {
  const text = (field: 'name' | 'phone' | 'licenseNumber') => required(field, textOf(source[field], row.cells));
  return {
    name: text('name'),
    phone: text('phone'),
    licenseNumber: text('licenseNumber'),
    licenseClasses: enumValuesOf(row, 'licenseClasses', source.licenseClasses, licenseClasses),
    equipment: enumValuesOf(row, 'equipment', source.equipment, equipmentKinds),
    homeBase: homeBaseOf(row, source.homeBase),
    hiredAt: dateOf(row, 'hiredAt', source.hiredAt),
  };
}
