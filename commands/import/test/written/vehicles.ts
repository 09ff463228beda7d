import fc from 'fast-check';
import type { z } from 'zod';
import { vehicles as kind } from '../../kinds/vehicles.ts';
import { choices, keys, needed, numbers, texts, wholeNumbers } from './cells.ts';
import { baseCells, baseFieldOf, baseFields, baseOf } from './home-base.ts';
import { column, equipment, type WrittenKind } from './kind.ts';

export const vehicles: WrittenKind<z.infer<typeof kind.fields>> = {
  kind,
  fields: {
    sourceReference: column('Unit'),
    plate: column('Plate'),
    make: column('Make'),
    modelYear: column('Year'),
    equipment: column('Type', { values: equipment }),
    maxWeightKg: column('Payload'),
    maxVolumeM3: column('Volume'),
    homeBase: baseFields,
  },
  rows: (convention) =>
    fc.record({
      Unit: needed(keys),
      Plate: needed(texts),
      Make: needed(texts),
      Year: needed(wholeNumbers(convention, { least: 1_980, most: 2_030 })),
      Type: needed(choices(equipment, 'Sled', 'van')),
      Payload: needed(numbers(convention, { least: 1, most: 50_000 })),
      Volume: needed(numbers(convention, { least: 1, most: 290 })),
      ...baseCells(convention),
    }),
  fieldOf: {
    ...baseFieldOf,
    Unit: 'sourceReference',
    Plate: 'plate',
    Make: 'make',
    Year: 'modelYear',
    Type: 'equipment',
    Payload: 'maxWeightKg',
    Volume: 'maxVolumeM3',
  },
  expected: ({ Unit, Plate, Make, Year, Type, Payload, Volume, ...rest }) => ({
    sourceReference: Unit,
    input: {
      plate: Plate,
      make: Make,
      modelYear: Year,
      equipment: Type,
      maxWeightKg: Payload,
      maxVolumeM3: Volume,
      homeBase: baseOf(rest),
    },
  }),
};
