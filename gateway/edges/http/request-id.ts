/** Ids that are safe in headers and log lines. */
const harmless = /^[\w.:+/=-]{1,128}$/;

/** Returns the client's own `x-request-id` if its form is harmless. The gateway's request id is a different one. */
export function clientRequestId(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' && harmless.test(header) ? header : undefined;
}
