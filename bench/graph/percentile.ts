/** The time below which 95 of 100 requests were answered (nearest rank); NaN without any. */
export function p95(milliseconds: readonly number[]): number {
  const sorted = milliseconds.toSorted((left, right) => left - right);
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN;
}
