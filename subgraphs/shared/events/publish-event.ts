import type { PgBoss } from 'pg-boss';
import type { EntityManager } from '../database/database-types.ts';
import { executeBound } from '../database/query.ts';
import { newId } from '../ids.ts';
import { currentSpan, runWithin } from '../runtime/tracing/current-work.ts';
import { formatTraceparent } from '../runtime/tracing/trace-context.ts';
import type { SpanAttributes } from '../runtime/tracing/tracer.ts';
import type { DomainEvent, EventName, EventPayload } from './topics.ts';

/**
 * Sends an event to the queues of its subscribers, within the transaction of the entity manager. Their reactions continue the current trace.
 * @param notBefore when it arrives
 */
export async function publishEvent<N extends EventName>(
  boss: PgBoss,
  em: EntityManager,
  name: N,
  payload: EventPayload<N>,
  notBefore?: Date,
): Promise<void> {
  const eventId = newId(nextMoment());
  const span = currentSpan()?.step(`send ${name}`, {
    kind: 'producer',
    attributes: messagingAttributes({ name, eventId }, 'send'),
  });
  const traceparent = span && formatTraceparent(span.context);
  const event: DomainEvent<N> = { eventId, name, payload, ...(traceparent !== undefined && { traceparent }) };
  const db = {
    executeSql: async (text: string, values: unknown[] = []) => ({ rows: await executeBound(em, text, values) }),
  };
  const delay = notBefore && { startAfter: notBefore };
  const send = async (): Promise<void> => {
    await boss.publish(name, event, { id: eventId, db, singletonKey: orderingKey(payload), ...delay });
  };
  await (span ? runWithin(span, send) : send());
}

/** What a span tells of an event. */
export function messagingAttributes(
  { name, eventId }: { readonly name: string; readonly eventId: string },
  operation: 'send' | 'process',
): SpanAttributes {
  return {
    'messaging.system': 'pg-boss',
    'messaging.destination.name': name,
    'messaging.operation.type': operation,
    'messaging.message.id': eventId,
  };
}

/** The last time that `nextMoment` gave, to any subgraph of the process. */
let lastMoment = 0;

/**
 * A time in milliseconds that is higher on each call. Jobs of one transaction have the same creation time, so the queue
 * orders them by id. Rising times in their ids keep the events of a shipment in the order in which they were sent.
 */
function nextMoment(): number {
  lastMoment = Math.max(Date.now(), lastMoment + 1);
  return lastMoment;
}

/** Events with the same key arrive in the order in which they were sent. The key is the shipment, the request or another record. */
function orderingKey(payload: Readonly<Record<string, unknown>>): string {
  return String(payload['shipmentId'] ?? payload['requestId'] ?? Object.values(payload)[0]);
}
