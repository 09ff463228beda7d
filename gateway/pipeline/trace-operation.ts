import type { Span } from '#shared/runtime/tracing/tracer.ts';
import { clientName } from '../access/clients/client-name.ts';
import type { Responded } from './outcome.ts';
import { isOfGraph } from './request-outcome.ts';
import type { Identified, Priced, Received } from './stages.ts';

/** Begins the span of an operation within that of the request which carries it. */
export function beginOperation({ id, span, startedAt }: Received): Span | undefined {
  return span?.step('GraphQL operation', { startedAt, attributes: { 'freight.request.id': id } });
}

/** What is known of an operation that is over. */
export interface EndedOperation {
  /** Undefined before the caller is known. */
  readonly identified: Identified | undefined;
  /** Undefined before the price is known. */
  readonly priced: Priced | undefined;
  readonly points: number;
  readonly status: number;
  readonly errors: Responded['errors'];
}

/** Names the span of an operation and ends it. Errors that a client can correct do not make it a failed one. */
export function endOperation(span: Span, { identified, priced, points, status, errors }: EndedOperation): void {
  if (identified) span.set({ 'freight.client.name': clientName(identified.headers) });
  if (priced) {
    const { operation, trusted, form } = priced;
    const name = operation.name?.value;
    span.rename(name === undefined ? operation.operation : `${operation.operation} ${name}`);
    span.set({
      'graphql.operation.type': operation.operation,
      'graphql.operation.name': name,
      'freight.document.id': trusted?.id,
      'freight.response.form': form,
      'freight.cost.points': points,
    });
  }
  const codes = errors.map(({ extensions }) => extensions.code);
  if (codes[0] !== undefined) span.set({ 'error.type': codes[0] });
  const ofGraph = codes.find(isOfGraph);
  if (ofGraph !== undefined) span.fail(ofGraph);
  else if (status >= 500) span.fail(String(status));
  span.end();
}
