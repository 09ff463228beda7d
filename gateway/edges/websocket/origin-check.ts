import type { IncomingHttpHeaders } from 'node:http';

/** Origins whose pages may send requests, as for CORS. */
export type AllowedOrigins = readonly (string | RegExp)[];

/**
 * Decides whether a websocket may be opened. CORS does not cover websockets, so any page could open one without this check. Clients other than
 * browsers send no origin. Pages of this server have its own host as their origin.
 */
export function isAllowedOrigin({ origin, host }: IncomingHttpHeaders, allowed: AllowedOrigins): boolean {
  if (origin === undefined) return true;
  if (host !== undefined && (origin === `http://${host}` || origin === `https://${host}`)) return true;
  return allowed.some((entry) => (typeof entry === 'string' ? entry === origin : entry.test(origin)));
}
