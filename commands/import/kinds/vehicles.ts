import { z } from 'zod';
import { equipmentKinds } from '#shared/vocabulary.ts';
import { registerVehicle } from '../../../subgraphs/fleet/domain/vehicle-input.ts';
import { textOf } from '../cells.ts';
import { numberField, textField, volumeField, weightField } from '../mapping-fields.ts';
import { enumValueOf, type Row, required } from '../row.ts';
import { measureOf, wholeNumberOf } from '../row-numbers.ts';
import { sendEach } from '../send-each.ts';
import { unitsOfVolume, unitsOfWeight } from '../units.ts';
import { homeBaseFields, homeBaseOf } from './home-base.ts';
import { type ImportKind, keyedShape } from './kind.ts';

const fields = z.strictObject({
  sourceReference: textField,
  plate: textField,
  make: textField,
  modelYear: numberField,
  equipment: textField,
  maxWeightKg: weightField,
  maxVolumeM3: volumeField,
  homeBase: homeBaseFields,
});

const mutation = `mutation ImportVehicle($input: RegisterVehicleInput!) {
  payload: registerVehicle(input: $input) { userErrors { code field message } } }`;

/** Vehicles of another system. */
export const vehicles: ImportKind<z.infer<typeof fields>> = {
  fields,
  scopes: ['fleet:write'],
  hasOrganization: false,
  shapeOf: (now) => keyedShape(registerVehicle(now)),
  inputOf: ({ input }) => input,
  send: (sender, rows) => sendEach(sender, mutation, rows),
  mapRow: (source, row, line) => ({
    line,
    sourceReference: required('sourceReference', textOf(source.sourceReference, row.cells)),
    input: vehicleOf(source, row),
  }),
};

function vehicleOf(source: z.infer<typeof fields>, row: Row) {
  return {
    plate: required('plate', textOf(source.plate, row.cells)),
    make: required('make', textOf(source.make, row.cells)),
    modelYear: required('modelYear', wholeNumberOf(row, 'modelYear', source.modelYear)),
    equipment: required('equipment', enumValueOf(row, 'equipment', source.equipment, equipmentKinds)),
    maxWeightKg: required('maxWeightKg', measureOf(row, 'maxWeightKg', source.maxWeightKg, unitsOfWeight)),
    maxVolumeM3: required('maxVolumeM3', measureOf(row, 'maxVolumeM3', source.maxVolumeM3, unitsOfVolume)),
    homeBase: homeBaseOf(row, source.homeBase),
  };
}
