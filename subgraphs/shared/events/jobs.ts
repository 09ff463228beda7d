import { type Job, type JobResult, PgBoss } from 'pg-boss';
import { z } from 'zod';
import { systemOrigin } from '../audit/fact.ts';
import type { Database } from '../database/database.ts';
import { takeOnce } from '../database/inbox.ts';
import { deadLetterOf, jobsSchema, queueOf } from '../database/jobs-schema.ts';
import { hasSenderTrigger } from '../database/sender-trigger.ts';
import { createTransact, type EventSink, type Transaction } from '../database/transaction.ts';
import { errorMessage } from '../errors/error-code.ts';
import type { LivePubSub } from '../live/pubsub.ts';
import { ConfigurationError } from '../runtime/config.ts';
import type { Log } from '../runtime/log.ts';
import { SlowStatements } from '../runtime/slow-statements.ts';
import { runAs, runWithin } from '../runtime/tracing/current-work.ts';
import { recordedContext } from '../runtime/tracing/trace-context.ts';
import { noTracer, type Tracer } from '../runtime/tracing/tracer.ts';
import { PendingEvents } from './pending.ts';
import { messagingAttributes, publishEvent } from './publish-event.ts';
import { roleOfSender } from './senders.ts';
import { type DomainEvent, domainEvents, type EventName, type EventPayload } from './topics.ts';

/** How a subgraph handles domain events. Each runs in the transaction that also records the event as handled. */
export type Reactions = {
  readonly [N in EventName]?: (
    transaction: Transaction,
    payload: EventPayload<N>,
    event: DomainEvent<N>,
  ) => Promise<void>;
};

/** Durable domain events of one subgraph: it emits events and handles those in its own queue. */
export interface Jobs extends EventSink {
  /** Starts to handle events from the queue of this subgraph. */
  start(): Promise<void>;
  /** Handles events until the queue is empty. For tests and one-off commands, instead of `start`. @returns their number */
  drain(): Promise<number>;
  /**
   * Waits until all events of these records are handled that were sent before, at most two seconds.
   * @param keys ids of shipments or other records
   * @returns false if some are not handled yet
   */
  caughtUp(keys: readonly string[], signal: AbortSignal): Promise<boolean>;
  /** Events that were not handled since the start, because another role than that of their subgraph sent them. */
  readonly refused: number;
  /** Returns events to the queue whose consumer died while handling them. After `start` it runs periodically. */
  recover(): Promise<void>;
  /** Deletes events that were handled some days ago, and failed ones that nobody has moved back in 90 days. */
  deleteFinished(): Promise<void>;
  /**
   * Checks that the database responds. It uses the connections of the queue, because a pool that is full of slow requests
   * does not mean that the database is down.
   */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface JobsOptions {
  readonly subgraph: string;
  readonly url: string;
  readonly database: Database;
  readonly reactions: Reactions;
  readonly live: LivePubSub;
  readonly log: Log;
  /** By default events are not traced. */
  readonly tracer?: Tracer;
  readonly slowStatements?: SlowStatements;
}

/** The database sets the sender. It is null if the event was sent before the database did. */
const message = z.object({
  eventId: z.uuid(),
  name: z.string(),
  payload: z.unknown(),
  sender: z.string().nullable(),
  traceparent: z.string().optional(),
});

export async function openJobs(options: JobsOptions): Promise<Jobs> {
  const { subgraph, url, database, reactions, live, log, tracer = noTracer } = options;
  const { slowStatements = new SlowStatements(log) } = options;
  const queue = queueOf(subgraph);
  const boss = new PgBoss({
    connectionString: url,
    application_name: `freight-${subgraph}-jobs`,
    schema: jobsSchema,
    max: 3,
    migrate: false,
    supervise: false,
    schedule: false,
    // The registry of processes would be another table that every role can write to.
    registerInstance: false,
    useListenNotify: true,
  });
  boss.on('error', (error) => log.warn({ err: error }, 'queue connection'));
  boss.on('warning', (warning) => log.warn({ warning }, 'queue'));
  await boss.start().catch((error: unknown) => {
    throw isOtherRelease(error) ? otherQueues() : error;
  });
  if (!(await hasSenderTrigger(async (text) => (await boss.getDb().executeSql(text)).rows, jobsSchema))) {
    await boss.stop({ graceful: false });
    throw otherQueues();
  }
  for (const name of Object.keys(reactions)) await boss.subscribe(name, queue);

  const events: EventSink = {
    subgraph,
    emit: (em, name, payload, notBefore) => publishEvent(boss, em, name, payload, notBefore),
  };

  let refused = 0;
  async function react(job: Job<unknown>): Promise<void> {
    const { sender, ...event } = message.parse(job.data);
    const name = event.name as EventName; // looked up in the tables below before use
    const reaction = reactions[name] as ((...args: unknown[]) => Promise<void>) | undefined;
    if (!reaction) return;
    const payload = domainEvents[name].parse(event.payload);
    if (sender !== null && sender !== roleOfSender(name, payload)) {
      refused++;
      log.error(
        { event: name, eventId: event.eventId, sender },
        'an event was not handled, because its subgraph did not send it',
      );
      return;
    }
    const handle = async (): Promise<void> => {
      const transact = createTransact(database.fork(), events, live, systemOrigin(event.eventId));
      await transact(async (transaction) => {
        if (await takeOnce(transaction.em, event.eventId)) await reaction(transaction, payload, { ...event, payload });
      });
    };
    await runTraced(event, handle);
  }

  /** Continues the trace of the change that sent the event. */
  async function runTraced(
    { name, eventId, traceparent }: Pick<z.infer<typeof message>, 'name' | 'eventId' | 'traceparent'>,
    handle: () => Promise<void>,
  ): Promise<void> {
    const operation = `process ${name}`;
    const began = performance.now();
    const attributes = messagingAttributes({ name, eventId }, 'process');
    const span = tracer.follow(operation, recordedContext(traceparent), { kind: 'consumer', attributes });
    await runAs({ onStatement: slowStatements.watch(operation) }, () => (span ? runWithin(span, handle) : handle()));
    slowStatements.learn(operation, performance.now() - began);
  }

  async function settle(job: Job<unknown>): Promise<JobResult> {
    try {
      await react(job);
      return { id: job.id, status: 'completed' };
    } catch (error) {
      log.warn({ err: error, job: job.id, queue }, 'event failed; it will be tried again');
      return {
        id: job.id,
        status: 'failed',
        output: { message: error instanceof Error ? error.message : String(error) },
      };
    }
  }

  const pending = new PendingEvents(boss, queue);
  const recover = () => boss.supervise(queue);
  let supervising: NodeJS.Timeout | undefined;
  return {
    ...events,
    async start() {
      if (Object.keys(reactions).length === 0) return;
      const worker = await boss.work(
        queue,
        { batchSize: 25, perJobResults: true, pollingIntervalSeconds: 1, notifyPollingIntervalSeconds: 5 },
        async (jobs: Job<unknown>[]) => {
          const results: JobResult[] = [];
          for (const job of jobs) results.push(await settle(job));
          // A batch has one event per key. The next event of a key was already announced and would wait for the next poll.
          boss.notifyWorker(worker);
          return results;
        },
      );
      supervising = setInterval(() => {
        recover().catch((error: unknown) => log.warn({ err: error, queue }, 'queue supervision'));
      }, 15_000);
      supervising.unref();
    },
    async drain() {
      let taken = 0;
      for (;;) {
        const jobs = await boss.fetch<unknown>(queue, { batchSize: 50 });
        if (jobs.length === 0) return taken;
        for (const job of jobs) {
          await react(job);
          await boss.complete(queue, job.id);
          taken++;
        }
      }
    },
    get refused() {
      return refused;
    },
    caughtUp: (keys, signal) => pending.wait(keys, signal),
    recover,
    async deleteFinished() {
      await boss.supervise(queue);
      await boss.supervise(deadLetterOf(subgraph));
    },
    async ping() {
      await boss.getDb().executeSql('select 1');
    },
    async close() {
      clearInterval(supervising);
      await boss.stop({ graceful: true, timeout: 5_000 });
    },
  };
}

function isOtherRelease(error: unknown): boolean {
  return /^pg-boss (is not installed|database requires migrations)/.test(errorMessage(error));
}

function otherQueues(): ConfigurationError {
  return new ConfigurationError(
    `Database: the queues of this release are required in schema ${jobsSchema}; they are missing or of another release. Run \`npm run migrate\` once per release.`,
  );
}
