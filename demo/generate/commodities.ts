import type { Equipment } from '#shared/vocabulary.ts';

export type Industry =
  | 'Food and beverage'
  | 'Retail'
  | 'Automotive'
  | 'Building materials'
  | 'Chemicals'
  | 'Pharmaceuticals'
  | 'Electronics'
  | 'Agriculture'
  | 'Paper and packaging'
  | 'Machinery'
  | 'Energy'
  | 'Consumer goods';

/** One kind of goods. Weight, volume and value are per handling unit (pallet, crate, 1,000 litres). */
export interface Commodity {
  readonly name: string;
  readonly descriptions: readonly string[];
  readonly equipment: Equipment;
  readonly industries: readonly Industry[];
  readonly unitWeightKg: number;
  readonly unitVolumeM3: number;
  readonly unitValueCents: number;
  readonly hazardous?: true;
}

/** Typical figures per unit, estimated for this project. */
export const commodities: readonly Commodity[] = [
  {
    name: 'Packaged food',
    descriptions: ['Canned vegetables', 'Breakfast cereal', 'Pasta and sauces', 'Snack assortment'],
    equipment: 'DRY_VAN',
    industries: ['Food and beverage', 'Retail'],
    unitWeightKg: 620,
    unitVolumeM3: 1.9,
    unitValueCents: 145_000,
  },
  {
    name: 'Beverages',
    descriptions: ['Bottled water', 'Sparkling juice', 'Craft soda', 'Sports drinks'],
    equipment: 'DRY_VAN',
    industries: ['Food and beverage', 'Retail'],
    unitWeightKg: 960,
    unitVolumeM3: 1.7,
    unitValueCents: 82_000,
  },
  {
    name: 'Frozen food',
    descriptions: ['Frozen vegetables', 'Ice cream', 'Frozen pizza', 'Frozen poultry'],
    equipment: 'REEFER',
    industries: ['Food and beverage'],
    unitWeightKg: 700,
    unitVolumeM3: 1.8,
    unitValueCents: 210_000,
  },
  {
    name: 'Fresh produce',
    descriptions: ['Avocados', 'Romaine lettuce', 'Strawberries', 'Tomatoes', 'Apples'],
    equipment: 'REEFER',
    industries: ['Agriculture', 'Food and beverage'],
    unitWeightKg: 780,
    unitVolumeM3: 1.9,
    unitValueCents: 165_000,
  },
  {
    name: 'Grain and feed',
    descriptions: ['Bagged feed', 'Seed corn', 'Milled oats'],
    equipment: 'DRY_VAN',
    industries: ['Agriculture'],
    unitWeightKg: 1_000,
    unitVolumeM3: 1.6,
    unitValueCents: 46_000,
  },
  {
    name: 'Farm equipment',
    descriptions: ['Irrigation pipe', 'Seeder frames', 'Hay baler'],
    equipment: 'FLATBED',
    industries: ['Agriculture'],
    unitWeightKg: 1_900,
    unitVolumeM3: 7,
    unitValueCents: 920_000,
  },
  {
    name: 'Apparel',
    descriptions: ['Outerwear', 'Footwear', 'Denim', 'Workwear'],
    equipment: 'DRY_VAN',
    industries: ['Retail', 'Consumer goods'],
    unitWeightKg: 260,
    unitVolumeM3: 2,
    unitValueCents: 390_000,
  },
  {
    name: 'Store replenishment',
    descriptions: ['Mixed store order', 'Seasonal displays', 'Shelf restock'],
    equipment: 'BOX_TRUCK',
    industries: ['Retail', 'Consumer goods', 'Electronics'],
    unitWeightKg: 240,
    unitVolumeM3: 1.9,
    unitValueCents: 175_000,
  },
  {
    name: 'Vehicle parts',
    descriptions: ['Brake assemblies', 'Seats', 'Wiring harnesses', 'Transmission housings'],
    equipment: 'DRY_VAN',
    industries: ['Automotive'],
    unitWeightKg: 540,
    unitVolumeM3: 2.1,
    unitValueCents: 480_000,
  },
  {
    name: 'Body panels',
    descriptions: ['Stamped doors', 'Hood panels', 'Chassis rails'],
    equipment: 'FLATBED',
    industries: ['Automotive'],
    unitWeightKg: 1_250,
    unitVolumeM3: 4.5,
    unitValueCents: 610_000,
  },
  {
    name: 'Service parts',
    descriptions: ['Dealer parts order', 'Filters and fluids', 'Batteries'],
    equipment: 'BOX_TRUCK',
    industries: ['Automotive', 'Machinery'],
    unitWeightKg: 310,
    unitVolumeM3: 1.5,
    unitValueCents: 260_000,
  },
  {
    name: 'Lumber',
    descriptions: ['Framing lumber', 'Plywood sheets', 'Cedar decking'],
    equipment: 'FLATBED',
    industries: ['Building materials'],
    unitWeightKg: 1_450,
    unitVolumeM3: 3.6,
    unitValueCents: 118_000,
  },
  {
    name: 'Steel',
    descriptions: ['Rebar bundles', 'Steel coils', 'I-beams', 'Pipe sections'],
    equipment: 'FLATBED',
    industries: ['Building materials', 'Machinery', 'Energy'],
    unitWeightKg: 2_400,
    unitVolumeM3: 2.2,
    unitValueCents: 285_000,
  },
  {
    name: 'Interior fittings',
    descriptions: ['Ceramic tile', 'Gypsum board', 'Bathroom fixtures', 'Insulation'],
    equipment: 'DRY_VAN',
    industries: ['Building materials'],
    unitWeightKg: 820,
    unitVolumeM3: 2.4,
    unitValueCents: 130_000,
  },
  {
    name: 'Industrial solvents',
    descriptions: ['Isopropyl alcohol', 'Acetone', 'Glycol ether'],
    equipment: 'TANKER',
    industries: ['Chemicals'],
    unitWeightKg: 800,
    unitVolumeM3: 1,
    unitValueCents: 120_000,
    hazardous: true,
  },
  {
    name: 'Resins',
    descriptions: ['Epoxy resin', 'Polyester resin', 'Latex emulsion'],
    equipment: 'TANKER',
    industries: ['Chemicals'],
    unitWeightKg: 980,
    unitVolumeM3: 0.95,
    unitValueCents: 190_000,
  },
  {
    name: 'Bagged chemicals',
    descriptions: ['Titanium dioxide', 'Soda ash', 'Polymer pellets'],
    equipment: 'DRY_VAN',
    industries: ['Chemicals'],
    unitWeightKg: 1_000,
    unitVolumeM3: 1.5,
    unitValueCents: 175_000,
  },
  {
    name: 'Fuel',
    descriptions: ['Diesel', 'Biodiesel', 'Aviation fuel'],
    equipment: 'TANKER',
    industries: ['Energy'],
    unitWeightKg: 830,
    unitVolumeM3: 1,
    unitValueCents: 95_000,
    hazardous: true,
  },
  {
    name: 'Energy equipment',
    descriptions: ['Solar panels', 'Transformer', 'Drill pipe', 'Turbine parts'],
    equipment: 'FLATBED',
    industries: ['Energy'],
    unitWeightKg: 1_700,
    unitVolumeM3: 5,
    unitValueCents: 1_350_000,
  },
  {
    name: 'Medicines',
    descriptions: ['Vaccines', 'Insulin', 'Biologics', 'Infusion bags'],
    equipment: 'REEFER',
    industries: ['Pharmaceuticals'],
    unitWeightKg: 310,
    unitVolumeM3: 1.7,
    unitValueCents: 2_400_000,
  },
  {
    name: 'Medical supplies',
    descriptions: ['Clinic order', 'Surgical kits', 'Diagnostic devices'],
    equipment: 'BOX_TRUCK',
    industries: ['Pharmaceuticals'],
    unitWeightKg: 190,
    unitVolumeM3: 1.6,
    unitValueCents: 640_000,
  },
  {
    name: 'Consumer electronics',
    descriptions: ['Laptops', 'Televisions', 'Game consoles', 'Phones'],
    equipment: 'DRY_VAN',
    industries: ['Electronics'],
    unitWeightKg: 330,
    unitVolumeM3: 2,
    unitValueCents: 1_900_000,
  },
  {
    name: 'Components',
    descriptions: ['Server racks', 'Printed circuit boards', 'Cable reels'],
    equipment: 'DRY_VAN',
    industries: ['Electronics', 'Machinery'],
    unitWeightKg: 420,
    unitVolumeM3: 1.8,
    unitValueCents: 1_100_000,
  },
  {
    name: 'Paper',
    descriptions: ['Kraft rolls', 'Corrugated board', 'Tissue', 'Office paper'],
    equipment: 'DRY_VAN',
    industries: ['Paper and packaging', 'Consumer goods'],
    unitWeightKg: 850,
    unitVolumeM3: 2.3,
    unitValueCents: 78_000,
  },
  {
    name: 'Machines',
    descriptions: ['CNC mill', 'Compressor', 'Conveyor sections', 'Generator set'],
    equipment: 'FLATBED',
    industries: ['Machinery'],
    unitWeightKg: 2_800,
    unitVolumeM3: 8,
    unitValueCents: 2_100_000,
  },
  {
    name: 'Household goods',
    descriptions: ['Furniture', 'Kitchenware', 'Toys', 'Cleaning products'],
    equipment: 'DRY_VAN',
    industries: ['Consumer goods', 'Retail'],
    unitWeightKg: 350,
    unitVolumeM3: 2.2,
    unitValueCents: 160_000,
  },
];

/** The goods of an industry, in the order of the table. Never empty. */
export function commoditiesOf(industry: Industry): readonly Commodity[] {
  return commodities.filter((commodity) => commodity.industries.includes(industry));
}
