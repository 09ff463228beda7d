import { countryBoxes } from './country-boxes.ts';
import type { Point } from './sphere.ts';

interface Box {
  readonly south: number;
  readonly west: number;
  readonly north: number;
  readonly east: number;
}

/** How far outside its rectangles a point may lie: 111 km, for ports, islands and rounded coordinates. */
const marginDegrees = 1;

const boxesOf = new Map(Object.entries(countryBoxes).map(([country, text]) => [country, parseBoxes(text)]));

/**
 * True if a point lies in one of the rectangles around a country, or near it. So it finds swapped coordinates and lost signs,
 * and not that a point lies across a border. True for a country that is unknown.
 */
export function mayLieIn(country: string, { latitude, longitude }: Point): boolean {
  const boxes = boxesOf.get(country);
  return boxes === undefined || boxes.some((box) => isNear(box, latitude, longitude));
}

function isNear({ south, west, north, east }: Box, latitude: number, longitude: number): boolean {
  if (latitude < south - marginDegrees || latitude > north + marginDegrees) return false;
  // The margin reaches across the antimeridian.
  return [-360, 0, 360].some((turn) => {
    const turned = longitude + turn;
    return turned >= west - marginDegrees && turned <= east + marginDegrees;
  });
}

function parseBoxes(text: string): Box[] {
  return text.split(', ').map((box) => {
    const [south = 0, west = 0, north = 0, east = 0] = box.split(' ').map(Number);
    return { south, west, north, east };
  });
}
