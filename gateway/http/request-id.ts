import { newId } from '#shared/ids.ts';

/** Ids that may stand in headers and logs as they are. */
const harmless = /^[\w.:+/=-]{1,128}$/;

/** The client's `x-request-id` where it has a harmless form, else a new one. */
export function requestIdOf(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' && harmless.test(header) ? header : newId();
}
