import { refuse } from '#shared/errors/errors.ts';
import type { Point } from '#shared/geo/sphere.ts';
import { toLine } from '#shared/input/text.ts';
import type { Area } from './area.ts';
import { findPlaceFault } from './place-check.ts';
import { crossesItself, doubleArea, longitudeStep, toRing } from './polygon.ts';

const radiusMetersRange = { least: 10, most: 500_000 } as const;
const vertexLimit = 500;
const hysteresisMetersMost = 1_000;
export const nameLengthMost = 120;

export interface AreaInput {
  readonly circle?: { readonly center: Point; readonly radiusMeters: number } | null;
  readonly polygon?: { readonly vertices: readonly Point[] } | null;
}

/** Checks the area of a geofence. Refusals: BAD_AREA, BAD_COORDINATES. */
export function parseArea({ circle, polygon }: AreaInput): Area {
  if (circle && polygon) refuse('BAD_AREA', 'Give either a circle or a polygon, not both.', 'area');
  if (circle) return parseCircle(circle.center, circle.radiusMeters);
  if (polygon) return parsePolygon(polygon.vertices);
  return refuse('BAD_AREA', 'Give a circle or a polygon.', 'area');
}

function parseCircle(center: Point, radiusMeters: number): Area {
  checkPlace(center, 'area.circle.center');
  const { least, most } = radiusMetersRange;
  if (!(radiusMeters >= least && radiusMeters <= most)) {
    const message = `The radius must be from ${least} to ${most} m; got ${radiusMeters}.`;
    refuse('BAD_AREA', message, 'area.circle.radiusMeters');
  }
  return { kind: 'CIRCLE', center: { latitude: center.latitude, longitude: center.longitude }, radiusMeters };
}

function parsePolygon(given: readonly Point[]): Area {
  const field = 'area.polygon.vertices';
  if (given.length > vertexLimit)
    refuse('BAD_AREA', `A polygon may have at most ${vertexLimit} vertices; got ${given.length}.`, field);
  for (const [index, vertex] of given.entries()) checkPlace(vertex, `${field}.${index}`);
  const vertices = withoutRepeats(given);
  if (vertices.length < 3)
    refuse('BAD_AREA', `A polygon needs at least 3 different vertices; got ${vertices.length}.`, field);
  const ambiguous = vertices.some((vertex, index) => edgeDegrees(vertices, vertex, index) === 180);
  if (ambiguous)
    refuse(
      'BAD_AREA',
      'An edge spans exactly 180 degrees of longitude, so its direction is ambiguous. Add a vertex between its ends.',
      field,
    );
  const ring = toRing(vertices);
  if (doubleArea(ring) === 0)
    refuse('BAD_AREA', 'All vertices lie on one line, so the polygon encloses no area.', field);
  if (crossesItself(ring)) refuse('BAD_AREA', 'The edges of the polygon must not cross.', field);
  return { kind: 'POLYGON', vertices };
}

/** Drops each vertex that repeats the previous one, including the closing vertex of a GeoJSON ring. */
function withoutRepeats(vertices: readonly Point[]): Point[] {
  return vertices
    .filter((vertex, index) => !same(vertex, vertices.at(index - 1) ?? vertex) || vertices.length === 1)
    .map(({ latitude, longitude }) => ({ latitude, longitude }));
}

function same(left: Point, right: Point): boolean {
  return left.latitude === right.latitude && left.longitude === right.longitude;
}

function edgeDegrees(vertices: readonly Point[], vertex: Point, index: number): number {
  return Math.abs(longitudeStep(vertices.at(index - 1)?.longitude ?? 0, vertex.longitude));
}

function checkPlace(place: Point, field: string): void {
  const fault = findPlaceFault(place);
  if (fault) refuse('BAD_COORDINATES', fault, field);
}

/** Checks the name of a geofence. Refusal: BAD_NAME. */
export function parseName(name: string): string {
  const message = `The name must have 1 to ${nameLengthMost} printable characters.`;
  return toLine(name, 1, nameLengthMost) ?? refuse('BAD_NAME', message, 'name');
}

/** Checks the hysteresis of a geofence. Refusal: BAD_HYSTERESIS. */
export function parseHysteresis(meters: number): number {
  if (meters >= 0 && meters <= hysteresisMetersMost) return meters;
  const message = `The hysteresis must be from 0 to ${hysteresisMetersMost} m; got ${meters}.`;
  return refuse('BAD_HYSTERESIS', message, 'hysteresisMeters');
}
