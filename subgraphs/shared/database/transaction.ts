import { type AuditFact, type AuditOrigin, systemOrigin } from '../audit/fact.ts';
import { GraphError } from '../errors/errors.ts';
import { isLostConnection } from '../errors/outage.ts';
import type { EventName, EventPayload } from '../events/topics.ts';
import { newId } from '../ids.ts';
import type { LivePubSub } from '../live/pubsub.ts';
import { step } from '../runtime/tracing/current-work.ts';
import type { EntityManager } from './database-types.ts';

/** Adds domain events to the transaction of an entity manager. */
export interface EventSink {
  /** The subgraph that sends the events. */
  readonly subgraph: string;
  emit<N extends EventName>(em: EntityManager, name: N, payload: EventPayload<N>, notBefore?: Date): Promise<void>;
}

/** A change of rows, with the domain events of the same commit and the live messages after it. */
export interface Transaction {
  readonly em: EntityManager;
  /** Sends a domain event if the transaction commits. @param notBefore when it arrives; absent = at once */
  emit<N extends EventName>(name: N, payload: EventPayload<N>, notBefore?: Date): Promise<void>;
  /** Marks a change with an idempotency key: if its outcome is unknown, the client may send it again. */
  readonly allowRepeat: () => void;
  /** Records what the transaction does in the audit trail, if it commits. */
  audit(fact: AuditFact): void;
  /** Publishes on a live topic after the commit. */
  announce(topic: string, payload: unknown): void;
  /** Calls after the commit, for what a rollback cannot take back, such as a count. */
  afterCommit(run: () => void): void;
}

/**
 * Runs a change and commits it with its events. If it throws, both are rolled back.
 * @throws GraphError OUTCOME_UNKNOWN if the connection is lost during the commit
 */
export type Transact = <T>(run: (transaction: Transaction) => Promise<T>) => Promise<T>;

/** @param origin who makes the changes; default: the system */
export function createTransact(
  em: EntityManager,
  events: EventSink,
  live: LivePubSub,
  origin: AuditOrigin = systemOrigin(newId()),
): Transact {
  return async (run) => {
    const later: (() => void)[] = [];
    const facts: AuditFact[] = [];
    let committing = false;
    let isRepeatable = false;
    const commit = () =>
      em.transactional(async (inner) => {
        const changed = await run({
          em: inner,
          emit: (name, payload, notBefore) => events.emit(inner, name, payload, notBefore),
          allowRepeat: () => {
            isRepeatable = true;
          },
          audit: (fact) => void facts.push(fact),
          announce: (topic, payload) => void later.push(() => live.publish(topic, payload)),
          afterCommit: (call) => void later.push(call),
        });
        if (facts.length > 0) await events.emit(inner, 'audit.recorded', toRecorded(events.subgraph, origin, facts));
        await inner.flush();
        committing = true;
        return changed;
      });
    const result = await step('transaction', commit).catch((error: unknown) => {
      throw committing && isLostConnection(error) ? outcomeUnknown(error, isRepeatable) : error;
    });
    for (const call of later) call();
    return result;
  };
}

function toRecorded(
  subgraph: string,
  origin: AuditOrigin,
  facts: readonly AuditFact[],
): EventPayload<'audit.recorded'> {
  return {
    ...origin,
    subgraph,
    facts: facts.map(({ changes = [], at, ...fact }) => ({ ...fact, changes: [...changes], at: at.toISOString() })),
  };
}

function outcomeUnknown(cause: unknown, isRepeatable: boolean): GraphError {
  const advice = isRepeatable
    ? 'Send the same request again: the change is made once.'
    : 'Read its outcome before trying again.';
  const error = new GraphError('OUTCOME_UNKNOWN', `The change may or may not have been made. ${advice}`);
  error.cause = cause;
  error.extensions['retryable'] = isRepeatable;
  return error;
}
