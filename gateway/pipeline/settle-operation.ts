import type { Span } from '#shared/runtime/tracing/tracer.ts';
import type { AuditReports } from '../access/audit/audit-reports.ts';
import type { Spending } from '../access/budget/spending.ts';
import { budgetSubject } from '../access/budget/tiers.ts';
import type { Usage } from '../access/budget/usage.ts';
import { clientName } from '../access/clients/client-name.ts';
import type { Generation } from '../supergraph/generation.ts';
import { auditSettlement } from './audit-settlement.ts';
import type { Responded, Settlement } from './outcome.ts';
import type { Arrived, Checked, Identified, Priced } from './stages.ts';
import { endOperation } from './trace-operation.ts';

/** State of a running operation that settling needs. */
export interface Progress {
  readonly received: Pick<Arrived, 'id' | 'startedAt' | 'address'>;
  /** Undefined if the trace is not recorded. */
  readonly span?: Span | undefined;
  /** Undefined before the caller is known, and after the operation has released it. */
  generation?: Generation | undefined;
  /** Undefined before the caller is known. */
  identified?: Identified;
  /** Undefined before the price is known. */
  priced?: Priced;
  /** Undefined before the reservation, and if operations cost nothing. */
  spending?: Spending | undefined;
  /** Releases the client's slot for the open stream. */
  releaseSocket?: (() => void) | undefined;
}

/** How an operation has ended. */
export interface Ending {
  readonly status: number;
  readonly errors: Responded['errors'];
  /** The single response; absent for streams and refusals. */
  readonly body?: Responded['body'];
}

/** Who is told about operations that are over. */
export interface SettleOptions {
  /** Undefined in front of a graph without our access subgraph. */
  readonly auditReports?: AuditReports | undefined;
  /** Adds up what callers spend. Undefined if operations cost nothing, and in front of a graph without our access subgraph. */
  readonly usage?: Usage | undefined;
  /** Called once for every operation, when its outcome is known; for a stream when the stream is over. */
  readonly onSettled: (settlement: Settlement) => void;
}

/** Releases what the operation holds and reports it to observers. Runs once per operation. */
export function settleOperation(
  progress: Progress,
  { status, errors, body }: Ending,
  { auditReports, usage, onSettled }: SettleOptions,
): void {
  progress.generation?.release();
  progress.releaseSocket?.();
  progress.spending?.end();
  const { received, identified, priced, spending } = progress;
  const points = spending?.spent ?? 0;
  if (auditReports) auditSettlement({ received, identified, priced, status, errors, body }, auditReports);
  if (identified) {
    const counts = { points, requests: 1, refusals: status === 200 ? 0 : 1 };
    usage?.count(identified.caller.identity, priced?.trusted?.id ?? null, counts);
  }
  endSpan(progress, { status, errors });
  onSettled({
    startedAt: received.startedAt,
    operationName: priced?.operation.name?.value,
    caller: callerName(priced),
    client: identified && clientName(identified.headers),
    tier: identified && budgetSubject(identified.caller.identity, identified.address).tier,
    points,
    status,
    errorCodes: errors.map(({ extensions }) => extensions.code),
    generation: progress.generation,
    form: priced?.form,
  });
}

/** Ends the span of an operation. Further calls have no effect. */
export function endSpan({ span, identified, priced, spending }: Progress, { status, errors }: Ending): void {
  if (span) endOperation(span, { identified, priced, points: spending?.spent ?? 0, status, errors });
}

function callerName(checked: Checked | undefined): string {
  const identity = checked?.caller.identity;
  return identity?.kind === 'account' ? identity.accountId : 'anonymous';
}
