import type { IncomingHttpHeaders } from 'node:http';
import { formatTraceparent, parseTraceparent } from '#shared/runtime/tracing/trace-context.ts';

/** Characters of a trace state that are forwarded: the number that every system must pass on. A longer one is dropped. */
const maxTracestate = 512;

/**
 * The trace of a client, as subgraphs get it.
 * @param traces whether the gateway records traces. `this`: it records this one, so that each request to a subgraph names its own span.
 * `others`: it does not record this one, so that subgraphs do not either.
 */
export function traceHeaders(
  { traceparent, tracestate }: IncomingHttpHeaders,
  traces: 'this' | 'others' | 'none',
): Readonly<Record<string, string>> {
  const client = parseTraceparent(traceparent);
  if (!client) return {};
  return {
    ...(traces !== 'this' && { traceparent: formatTraceparent(client, client.isRecorded && traces === 'none') }),
    ...(typeof tracestate === 'string' && tracestate.length <= maxTracestate && { tracestate }),
  };
}
