/**
 * How an error at a non-null position changes the response. Clients choose with the request parameter `onError`
 * (GraphQL specification, pull requests 1163 and 1236):
 * - `PROPAGATE`: the nearest nullable position above becomes null.
 * - `NULL`: the position itself becomes null.
 * - `HALT`: the response has no data and one error.
 */
export const errorBehaviors = ['PROPAGATE', 'NULL', 'HALT'] as const;

export type ErrorBehavior = (typeof errorBehaviors)[number];
