import type { AuditOrigin } from '../audit/fact.ts';
import type { Database, EntityManager } from '../database/database.ts';
import { allColumns, type Columns } from '../database/rows.ts';
import { createTransact, type Transact } from '../database/transaction.ts';
import type { Jobs } from '../events/jobs.ts';
import type { Operation } from '../executor/operation.ts';
import type { Identity } from '../identity/identity.ts';
import { type AccountIdentity, apiKeyIdOf, requireAccount } from '../identity/identity.ts';
import type { RequestOrigin } from '../identity/request-origin.ts';
import { isUuid } from '../ids.ts';
import type { CountedLive } from '../live/counted-live.ts';
import type { LivePubSub } from '../live/pubsub.ts';
import type { Health } from '../runtime/health.ts';
import type { Log } from '../runtime/log.ts';
import type { SlowStatements } from '../runtime/slow-statements.ts';
import type { Tracer } from '../runtime/tracing/tracer.ts';
import { columnsOfFields } from './columns.ts';
import { Execution } from './execution.ts';

/** The services of a running subgraph. */
export interface Services {
  readonly database: Database;
  readonly jobs: Jobs;
  readonly live: CountedLive;
  readonly log: Log;
  readonly clock: () => Date;
  readonly health: Health;
  /** Maximum number of objects in the result of one request. */
  readonly maxObjects: number;
  readonly tracer: Tracer;
  readonly slowStatements: SlowStatements;
}

/** The context of resolvers, loaders and stores. There is one per request and one per event of a subscription. */
export interface BaseContext extends RequestOrigin {
  readonly identity: Identity;
  readonly log: Log;
  /** The execution of this request. Its signal is aborted when the execution ends early. */
  readonly execution: Execution;
  /** Cancels its statements when the execution ends early. */
  readonly em: EntityManager;
  /** The columns that the operation needs of the rows of an object type. */
  readonly columns: (type: string) => Columns;
  readonly transact: Transact;
  /**
   * Waits until this subgraph has handled what others have changed in these records before.
   * @returns false if that takes longer than two seconds
   */
  readonly catchUp: (ids: readonly string[]) => Promise<boolean>;
  readonly live: LivePubSub;
  readonly clock: () => Date;
  /** Discards what the request has read. A change calls it, so that its payload shows the current records. */
  readonly forget: () => void;
  /** Adds a step to `forget`. */
  readonly onForget: (step: () => unknown) => void;
}

/** What is known of a request of a gateway. */
export interface RequestFacts {
  readonly operation: Operation;
  /** Aborted when the gateway has disconnected. */
  readonly client: AbortSignal;
}

export function createBaseContext(
  services: Services,
  identity: Identity,
  origin: RequestOrigin,
  { operation, client }: Partial<RequestFacts> = {},
): BaseContext {
  const execution = new Execution({ maxObjects: services.maxObjects, client });
  // A mutation and an event of a subscription read what was just written.
  const readAfter = operation?.type === 'query' ? origin.readAfter : undefined;
  const em = services.database.fork(execution.signal, readAfter);
  const steps: (() => unknown)[] = [() => em.clear()];
  return {
    identity,
    requestId: origin.requestId,
    clientRequestId: origin.clientRequestId,
    clientAddress: origin.clientAddress,
    clientName: origin.clientName ?? null,
    rateLimit: origin.rateLimit ?? null,
    log: services.log,
    execution,
    em,
    columns: (type) => (operation ? columnsFor(operation, type) : allColumns),
    transact: createTransact(em, services.jobs, services.live, auditOriginOf(identity, origin)),
    async catchUp(ids) {
      if (ids.length === 0) return true;
      services.database.requirePrimary();
      return services.jobs.caughtUp(ids.filter(isUuid), execution.signal);
    },
    live: services.live,
    clock: services.clock,
    forget() {
      for (const step of steps) step();
    },
    onForget: (step) => void steps.push(step),
  };
}

/** For the audit trail. */
function auditOriginOf(identity: Identity, { requestId, clientRequestId, clientAddress }: RequestOrigin): AuditOrigin {
  const isAccount = identity.kind === 'account';
  return {
    actorId: isAccount ? identity.accountId : null,
    apiKeyId: isAccount ? apiKeyIdOf(identity) : null,
    requestId,
    clientRequestId,
    clientAddress,
  };
}

/** The columns that each operation reads of a type. */
const columnsByOperation = new WeakMap<Operation, Map<string, Columns>>();

function columnsFor(operation: Operation, type: string): Columns {
  const byType = columnsByOperation.get(operation) ?? new Map<string, Columns>();
  columnsByOperation.set(operation, byType);
  const columns = byType.get(type) ?? { names: columnsOfFields(operation.selectedOn(type)) };
  byType.set(type, columns);
  return columns;
}

/** The account that sent this request. @throws GraphError UNAUTHENTICATED */
export function accountOf(context: BaseContext): AccountIdentity {
  return requireAccount(context.identity);
}
