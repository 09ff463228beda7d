import type { Equipment } from '#shared/vocabulary.ts';
import type { Item } from '../world.ts';
import { type Commodity, commoditiesOf, type Industry } from './commodities.ts';
import { leastCapacity } from './fleet.ts';
import type { Random } from './random.ts';

export interface Load {
  readonly equipment: Equipment;
  readonly hazardous: boolean;
  readonly items: readonly Omit<Item, 'id'>[];
  readonly weightKg: number;
  readonly volumeM3: number;
  readonly valueCents: number;
}

/** Box trucks carry no loads beyond this distance. */
const BOX_TRUCK_METERS = 450_000;

/**
 * Goods of one shipment, which fit on every vehicle with their equipment. `wish` requires the equipment, or a full load of the
 * industry's most expensive goods.
 */
export function drawLoad(random: Random, industry: Industry, meters: number, wish?: Equipment | 'DEAREST'): Load {
  const all = commoditiesOf(industry).filter(
    ({ equipment }) => equipment !== 'BOX_TRUCK' || meters <= BOX_TRUCK_METERS,
  );
  const chosen = wish === 'DEAREST' ? dearest(all) : random.pick(withEquipment(random, all, wish));
  const capacity = leastCapacity(chosen.equipment);
  const fill = wish === 'DEAREST' ? 0.9 : random.between(0.3, 0.94);
  const companions = all.filter(({ equipment }) => equipment === chosen.equipment);
  const lines = wish === 'DEAREST' ? [chosen] : [chosen, ...(random.chance(0.45) ? [random.pick(companions)] : [])];
  const items = lines.map((commodity) =>
    drawItem(random, commodity, (capacity.weightKg * fill) / lines.length, (capacity.volumeM3 * fill) / lines.length),
  );
  return {
    equipment: chosen.equipment,
    hazardous: lines.some(({ hazardous }) => hazardous === true),
    items,
    weightKg: items.reduce((sum, item) => sum + item.weightKg, 0),
    volumeM3: Math.round(items.reduce((sum, item) => sum + item.volumeM3, 0) * 100) / 100,
    valueCents: items.reduce((sum, item) => sum + item.valueCents, 0),
  };
}

/** Goods for the required equipment, of another industry when this one has none. */
function withEquipment(random: Random, all: readonly Commodity[], wish: Equipment | undefined): readonly Commodity[] {
  if (wish === undefined) return all;
  const fitting = all.filter(({ equipment }) => equipment === wish);
  if (fitting.length > 0) return fitting;
  const others = commoditiesOf(random.pick(['Food and beverage', 'Retail'])).filter(
    ({ equipment }) => equipment === wish,
  );
  return others.length > 0 ? others : all;
}

function dearest(all: readonly Commodity[]): Commodity {
  return all.reduce((best, commodity) => (fullValue(commodity) > fullValue(best) ? commodity : best));
}

function fullValue(commodity: Commodity): number {
  const { weightKg, volumeM3 } = leastCapacity(commodity.equipment);
  return Math.min(weightKg / commodity.unitWeightKg, volumeM3 / commodity.unitVolumeM3) * commodity.unitValueCents;
}

function drawItem(random: Random, commodity: Commodity, weightKg: number, volumeM3: number): Omit<Item, 'id'> {
  const quantity = Math.max(
    1,
    Math.floor(Math.min(weightKg / commodity.unitWeightKg, volumeM3 / commodity.unitVolumeM3)),
  );
  return {
    description: random.pick(commodity.descriptions),
    commodity: commodity.name,
    quantity,
    weightKg: Math.round(quantity * commodity.unitWeightKg * random.between(0.9, 1)),
    volumeM3: Math.round(quantity * commodity.unitVolumeM3 * random.between(0.9, 1) * 100) / 100,
    valueCents: Math.round(quantity * commodity.unitValueCents * random.between(0.75, 1.25)),
  };
}
