import { createHash } from 'node:crypto';

/**
 * A UUIDv7 for a record that a subgraph derives from the demo world and that has no id there. It has the given time; the other
 * 72 bits are a hash of what the record stands for, so the same world gives the same ids.
 */
export function derivedId(at: Date, ...parts: readonly string[]): string {
  const time = at.getTime().toString(16).padStart(12, '0');
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hash.slice(0, 3)}-8${hash.slice(3, 6)}-${hash.slice(6, 18)}`;
}
