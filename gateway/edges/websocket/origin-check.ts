import type { IncomingHttpHeaders } from 'node:http';

/** The origins whose pages may ask, as given to CORS. */
export type AllowedOrigins = readonly (string | RegExp)[];

/**
 * Whether a websocket may be opened: CORS does not guard websockets, so that any page could open one. Clients other than browsers send no
 * origin; pages that this server serves are of its own host.
 */
export function isAllowedOrigin({ origin, host }: IncomingHttpHeaders, allowed: AllowedOrigins): boolean {
  if (origin === undefined) return true;
  if (host !== undefined && (origin === `http://${host}` || origin === `https://${host}`)) return true;
  return allowed.some((entry) => (typeof entry === 'string' ? entry === origin : entry.test(origin)));
}
