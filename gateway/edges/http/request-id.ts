/** Ids that may stand in headers and logs as they are. */
const harmless = /^[\w.:+/=-]{1,128}$/;

/** The client's own `x-request-id`, where it has a harmless form. The gateway's request ids are its own. */
export function clientRequestId(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' && harmless.test(header) ? header : undefined;
}
