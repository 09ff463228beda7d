import fc from 'fast-check';
import type { z } from 'zod';
import { drivers as kind } from '../../kinds/drivers.ts';
import { dates, dateFormats as formats, keys, mostly, needed, optional, texts } from './cells.ts';
import { baseCells, baseFieldOf, baseFields, baseOf } from './home-base.ts';
import { column, equipment, type WrittenKind } from './kind.ts';

const licences = { A: 'CLASS_A', B: 'CLASS_B', Tank: 'TANK' };
/** One or several texts of a list in one cell. */
const lists = (known: Readonly<Record<string, string>>) => {
  const names = fc.subarray(Object.keys(known), { minLength: 1 });
  return mostly(
    fc.tuple(names, fc.constantFrom('+', ' + ')).map(([list, separator]) => ({
      cell: list.join(separator),
      reads: { value: list.map((name) => known[name]) },
    })),
    fc
      .constantFrom('', '+', 'Sled', `${Object.keys(known)[0]}+Sled`)
      .map((cell) => ({ cell, reads: 'REFUSED' as const })),
  );
};

export const drivers: WrittenKind<z.infer<typeof kind.fields>> = {
  kind,
  fields: {
    sourceReference: column('No'),
    name: column('Name'),
    phone: column('Phone'),
    licenseNumber: column('Licence'),
    licenseClasses: column('Classes', { separator: '+', values: licences }),
    equipment: column('Trucks', { separator: '+', values: equipment }),
    homeBase: baseFields,
    hiredAt: column('Since', { formats }),
  },
  rows: (convention) =>
    fc.record({
      No: needed(keys),
      Name: needed(texts),
      Phone: needed(keys),
      Licence: needed(keys),
      Classes: lists(licences),
      Trucks: lists(equipment),
      ...baseCells(convention),
      Since: optional(dates(convention, 0, 300)),
    }),
  fieldOf: {
    ...baseFieldOf,
    No: 'sourceReference',
    Name: 'name',
    Phone: 'phone',
    Licence: 'licenseNumber',
    Classes: 'licenseClasses',
    Trucks: 'equipment',
    Since: 'hiredAt',
  },
  expected: ({ No, Name, Phone, Licence, Classes, Trucks, Since, ...rest }) => ({
    sourceReference: No,
    input: {
      name: Name,
      phone: Phone,
      licenseNumber: Licence,
      licenseClasses: Classes,
      equipment: Trucks,
      homeBase: baseOf(rest),
      hiredAt: Since,
    },
  }),
};
