import type { CountedLive } from './counted-live.ts';
import type { Database, EntityManager } from './database.ts';
import type { Health } from './health.ts';
import type { Identity } from './identity.ts';
import { type AccountIdentity, requireAccount } from './identity.ts';
import type { Jobs } from './jobs.ts';
import type { Log } from './log.ts';
import type { LivePubSub } from './pubsub.ts';
import type { RequestOrigin } from './request-origin.ts';
import { createTransact, type Transact } from './transaction.ts';

/** What lives as long as a subgraph runs. */
export interface Services {
  readonly database: Database;
  readonly jobs: Jobs;
  readonly live: CountedLive;
  readonly log: Log;
  readonly clock: () => Date;
  readonly health: Health;
}

/** What every resolver, loader and store may use; one per request, and one per event of a subscription. */
export interface BaseContext extends RequestOrigin {
  readonly identity: Identity;
  readonly log: Log;
  readonly em: EntityManager;
  readonly transact: Transact;
  readonly live: LivePubSub;
  readonly clock: () => Date;
}

export function createBaseContext(services: Services, identity: Identity, origin: RequestOrigin): BaseContext {
  const em = services.database.fork();
  return {
    identity,
    requestId: origin.requestId,
    clientRequestId: origin.clientRequestId,
    clientAddress: origin.clientAddress,
    log: services.log,
    em,
    transact: createTransact(em, services.jobs, services.live),
    live: services.live,
    clock: services.clock,
  };
}

/** The account behind this request, or UNAUTHENTICATED. */
export function accountOf(context: BaseContext): AccountIdentity {
  return requireAccount(context.identity);
}
