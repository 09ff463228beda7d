/** Milliseconds between two batches. */
export const batchMs = 100;
/** So many clients may reconnect at once. */
const smallest = 20;

/** Splits clients that must reconnect into batches, so that the other gateways do not get all of them at once. The last one comes within spreadMs. */
export function batchesWithin<T>(all: readonly T[], spreadMs: number): readonly (readonly T[])[] {
  const most = Math.max(1, Math.floor(spreadMs / batchMs));
  const size = Math.max(smallest, Math.ceil(all.length / most));
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}
