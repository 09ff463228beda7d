/**
 * What becomes of a position that must not be null when it has an error; clients choose by the request parameter `onError`
 * (GraphQL specification, pull requests 1163 and 1236):
 * - `PROPAGATE`: the nearest position above that may be null is null;
 * - `NULL`: the position itself is null;
 * - `HALT`: the response has no data and one error.
 */
export const errorBehaviors = ['PROPAGATE', 'NULL', 'HALT'] as const;

export type ErrorBehavior = (typeof errorBehaviors)[number];
