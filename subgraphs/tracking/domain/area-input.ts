import { z } from 'zod';
import type { Point } from '#shared/geo/sphere.ts';
import { isSomewhere, nowhere } from '#shared/input/place.ts';
import type { Area } from './area.ts';
import { crossesItself, doubleArea, longitudeStep, toRing } from './polygon.ts';

const maxVertices = 500;

const place = z.object({ latitude: degrees(90), longitude: degrees(180) });

function degrees(most: number) {
  return z.number().refine((value) => Math.abs(value) <= most, `Must be from -${most} to ${most}.`);
}

const circle = z.object({
  center: place.refine(isSomewhere, nowhere),
  radiusMeters: z.number().min(10).max(500_000),
});
const polygon = z.object({
  vertices: z
    .array(place)
    .max(maxVertices)
    .transform((given, context) => {
      const vertices = withoutRepeats(given);
      const fault = findFault(vertices);
      if (fault === null) return vertices;
      context.addIssue(fault);
      return z.NEVER;
    }),
});

/** The area of a geofence: either a circle or a polygon. */
export const areaInput = z
  .object({ circle: circle.nullish(), polygon: polygon.nullish() })
  .transform(({ circle, polygon }, context): Area => {
    if (circle && !polygon) return { kind: 'CIRCLE', ...circle };
    if (polygon && !circle) return { kind: 'POLYGON', ...polygon };
    context.addIssue(circle ? 'Give either a circle or a polygon, not both.' : 'Give a circle or a polygon.');
    return z.NEVER;
  });

/** Drops each vertex that repeats the previous one, including the closing vertex of a GeoJSON ring. */
function withoutRepeats(vertices: readonly Point[]): Point[] {
  return vertices.filter((vertex, index) => !same(vertex, vertices.at(index - 1) ?? vertex) || vertices.length === 1);
}

function findFault(vertices: readonly Point[]): string | null {
  if (vertices.length < 3) return `A polygon needs at least 3 different vertices; got ${vertices.length}.`;
  if (vertices.some((vertex, index) => edgeDegrees(vertices, vertex, index) === 180))
    return 'An edge spans exactly 180 degrees of longitude, so its direction is ambiguous. Add a vertex between its ends.';
  const ring = toRing(vertices);
  if (doubleArea(ring) === 0) return 'All vertices lie on one line, so the polygon encloses no area.';
  return crossesItself(ring) ? 'The edges of the polygon must not cross.' : null;
}

function same(left: Point, right: Point): boolean {
  return left.latitude === right.latitude && left.longitude === right.longitude;
}

function edgeDegrees(vertices: readonly Point[], vertex: Point, index: number): number {
  return Math.abs(longitudeStep(vertices.at(index - 1)?.longitude ?? 0, vertex.longitude));
}
