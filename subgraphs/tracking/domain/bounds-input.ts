import { z } from 'zod';
import { point } from '#shared/input/place.ts';

const { latitude, longitude } = point.shape;

/** A rectangle on the earth. Its west may lie east of its east: it then crosses the antimeridian. */
export const boundsInput = z
  .object({ south: latitude, west: longitude, north: latitude, east: longitude })
  .refine(({ south, north }) => south <= north, { path: ['north'], message: 'Must not be less than "south".' });
