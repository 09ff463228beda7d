import { Decimal } from 'decimal.js';
import { textKey } from '#shared/input/text-key.ts';

/** Kilograms of a unit of weight. `ton` is not here: it means 907, 1,000 or 1,016 kg. */
const weights = unitsOf([
  [['kg', 'kgs', 'kilo', 'kilos', 'kilogram', 'kilograms'], '1'],
  [['g', 'gram', 'grams'], '0.001'],
  [['t', 'tonne', 'tonnes', 'metric ton', 'metric tons'], '1000'],
  [['lb', 'lbs', 'pound', 'pounds'], '0.45359237'],
  [['oz', 'ounce', 'ounces'], '0.028349523125'],
  [['short ton', 'short tons'], '907.18474'],
  [['long ton', 'long tons'], '1016.0469088'],
]);

/** Cubic metres of a unit of volume. */
const volumes = unitsOf([
  [['m3', 'cbm', 'cubic metre', 'cubic metres', 'cubic meter', 'cubic meters'], '1'],
  [['l', 'litre', 'litres', 'liter', 'liters'], '0.001'],
  [['ft3', 'cu ft', 'cuft', 'cubic foot', 'cubic feet'], '0.028316846592'],
]);

/** Units of one quantity by the keys of their names, as factors of the unit that the graph uses. */
export type Units = ReadonlyMap<string, Decimal>;
export const unitsOfWeight: Units = weights;
export const unitsOfVolume: Units = volumes;

/** Decimals that are kept after a conversion: milligrams, and cubic centimetres. */
const decimals = 6;

/** Converts a plain decimal number from a unit; undefined for a unit that is not known. */
export function convert(digits: string, unit: string, units: Units): number | undefined {
  const factor = units.get(keyOf(unit));
  return factor && new Decimal(digits).mul(factor).toDecimalPlaces(decimals).toNumber();
}

export function isUnit(text: string, units: Units): boolean {
  return units.has(keyOf(text));
}

function keyOf(unit: string): string {
  return textKey(unit).replaceAll('.', '');
}

function unitsOf(list: readonly (readonly [readonly string[], string])[]): Units {
  return new Map(list.flatMap(([names, factor]) => names.map((name) => [name, new Decimal(factor)] as const)));
}
