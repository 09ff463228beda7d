import type { Country } from '../world.ts';
import type { Random } from './random.ts';

const firstNames: Readonly<Record<Country, readonly string[]>> = {
  US: words(
    'James Mary Robert Patricia Michael Linda Darnell Elizabeth Marcus Susan Tyrone Karen Daniel Nancy Kevin ' +
      'Angela Brian Denise Walter Tamika Raymond Heather Curtis Latoya Douglas Megan Travis Crystal Wayne Priya ' +
      'Hung Mei Kwame Amara',
  ),
  CA: words(
    'Liam Olivia Étienne Camille Mathieu Geneviève Gurpreet Harpreet Owen Chloe Luc Sophie Ian Fiona Manjit ' +
      'Simran Antoine Élise Duncan Moira',
  ),
  MX: words(
    'José María Luis Guadalupe Jorge Verónica Ramón Leticia Sergio Alejandra Raúl Adriana Héctor Lucía Óscar ' +
      'Ximena Javier Rocío Tomás Itzel',
  ),
};

const lastNames: Readonly<Record<Country, readonly string[]>> = {
  US: words(
    'Johnson Williams Brown Davis Miller Wilson Anderson Jackson Harris Robinson Walker Young Allen Wright ' +
      'Scott Hill Green Adams Nelson Baker Carter Mitchell Turner Phillips Parker Edwards Reed Kowalski Nguyen ' +
      'Patel Okafor Begay Schmidt Petrov',
  ),
  CA: words(
    'Tremblay Gagnon Roy Côté Bouchard Singh Gill Dhillon MacDonald Campbell Fraser Stewart Leblanc Morin ' +
      'Chan Wong Sidhu Pelletier Sinclair Murray',
  ),
  MX: words(
    'Hernández García Martínez López González Rodríguez Pérez Sánchez Ramírez Cruz Flores Gómez Morales ' +
      'Vázquez Reyes Jiménez Torres Díaz Mendoza Aguilar',
  ),
};

const streets: Readonly<Record<Country, readonly string[]>> = {
  US: [
    'Commerce Dr',
    'Industrial Pkwy',
    'Distribution Way',
    'Logistics Blvd',
    'Terminal Rd',
    'Warehouse Ave',
    'Railhead Ln',
    'Foundry St',
    'Crossdock Ct',
    'Airport Fwy',
  ],
  CA: ['Industrial Rd', 'Dockside Dr', 'Chemin du Fret', 'Terminal Ave', 'Meadowvale Blvd', 'Rang des Quais'],
  MX: ['Av. Industrial', 'Calle Bodega', 'Blvd. Logístico', 'Carretera Nacional', 'Calle Aduana', 'Av. Ferrocarril'],
};

const facilities: readonly string[] = [
  'Lakeshore',
  'Ridgeline',
  'Old Mill',
  'Gateway',
  'Summit',
  'Harbor Point',
  'Three Rivers',
  'Prairie View',
  'Stonebridge',
  'Eastfield',
  'Palo Verde',
  'Juniper',
  'Copper Hill',
  'Long Meadow',
  'Northgate',
  'Red Barn',
  'Silver Birch',
  'Canal Street',
  'Quarry Park',
  'Westlake',
];

const facilityKinds: readonly string[] = [
  'Distribution Center',
  'Warehouse',
  'Supply',
  'Cold Storage',
  'Wholesale',
  'Fulfillment',
  'Depot',
  'Works',
];

function words(text: string): readonly string[] {
  return text.split(' ');
}

/** A plausible full name of a person in that country. */
export function personName(random: Random, country: Country): string {
  return `${random.pick(firstNames[country])} ${random.pick(lastNames[country])}`;
}

/** "2140 Industrial Pkwy". Everything here is invented, except the cities. */
export function streetAddress(random: Random, country: Country): string {
  const number = random.integer(101, 9899);
  const street = random.pick(streets[country]);
  return country === 'MX' ? `${street} ${number}` : `${number} ${street}`;
}

/** The company at a dock. */
export function facilityName(random: Random): string {
  return `${random.pick(facilities)} ${random.pick(facilityKinds)}`;
}

/** North American number of the range reserved for fiction (555-0100 to 555-0199). */
export function fictionalPhone(random: Random): string {
  return `+1 ${random.integer(201, 989)} 555 01${String(random.integer(0, 99)).padStart(2, '0')}`;
}

/** Turns "Geneviève Côté" into "genevieve.cote", the local part of an e-mail address. */
export function localPart(name: string): string {
  return name
    .normalize('NFD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '.')
    .replace(/^\.|\.$/g, '');
}
