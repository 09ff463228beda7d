import type { Batch } from '../compile/program.ts';
import { type Cause, type ErrorPath, type ErrorReport, nothingToReport } from '../errors.ts';
import { type ErrorPolicy, type SubgraphError, SubgraphFailure, type SubgraphResult } from '../ports.ts';
import { isObject } from '../values/own.ts';
import { type ErrorPlaces, type Failure, type Loss, reportErrors } from './error-report.ts';
import type { MemberRequest } from './member-request.ts';
import { rewritePath } from './output-rewrites.ts';
import { publicCause } from './public-error.ts';

/** How many errors of one execution are passed to the error policy's log callbacks. */
const MAX_LOGGED = 20;

/** Collects the errors of an execution. Their paths in the response are determined at the end. */
export class ErrorLog {
  readonly #failures: Failure[] = [];
  readonly #losses: Loss[] = [];
  readonly #policy: ErrorPolicy;
  readonly #requestId: string;

  constructor(policy: ErrorPolicy, requestId: string) {
    this.#policy = policy;
    this.#requestId = requestId;
  }

  /** Adds the errors that a subgraph reported in its response. */
  addSubgraphErrors(batch: Batch, members: readonly MemberRequest[], { errors = [], data }: SubgraphResult): void {
    for (const error of errors) this.#addSubgraphError(batch, members, error, data);
  }

  #addSubgraphError(
    batch: Batch,
    members: readonly MemberRequest[],
    error: SubgraphError,
    data: SubgraphResult['data'],
  ): void {
    if (this.#failures.length < MAX_LOGGED) this.#policy.onSubgraphError?.(error, batch.subgraph, this.#requestId);
    const cause = publicCause(error, batch.subgraph, this.#policy);
    const path = parseErrorPath(error.path);
    if (path && batch.slots.length === 0) {
      const [request] = members;
      const { member, targets } = request!;
      this.#failures.push({ cause, request: request!, targets, tails: [rewritePath(path, member.outputRewrites)] });
      if (!isObject(data)) this.#losses.push({ cause, request: request!, targets });
      return;
    }
    const slot = batch.slots.findIndex(({ alias }) => alias === path?.[0]);
    const concerned = slot < 0 ? members : members.filter(({ member }) => member.slot === slot);
    const entity = slot < 0 ? undefined : path?.[1];
    const known = concerned.filter(({ entityOf }) => typeof entity === 'number' && entityOf.includes(entity));
    for (const request of known) {
      const targets = request.targets.filter((_, index) => request.entityOf[index] === entity);
      const tail = rewritePath(path!.slice(2), request.member.outputRewrites); // the path names the entity
      this.#failures.push({ cause, request, targets, tails: [tail] });
    }
    if (known.length === 0) this.#addForWhole(cause, concerned);
    else this.#addNulledEntities(cause, known, data?.[batch.slots[slot]!.alias], Number(entity));
  }

  /** Adds the entities that became null because an error propagated: the one with the error, or all of a list that is null. */
  #addNulledEntities(cause: Cause, requests: readonly MemberRequest[], entities: unknown, entity: number): void {
    const isNulled = (index: number): boolean =>
      Array.isArray(entities) ? index === entity && !isObject(entities[index]) : index >= 0;
    for (const request of requests) {
      const targets = request.targets.filter((_, index) => isNulled(request.entityOf[index]!));
      if (targets.length > 0) this.#losses.push({ cause, request, targets });
    }
  }

  /** Adds targets that are not part of a request, because they lack fields that it requires. */
  addUnsent(request: MemberRequest): void {
    if (this.#failures.length === 0) return;
    const targets = request.targets.filter((_, index) => request.entityOf[index] === -1);
    if (targets.length > 0) this.#losses.push({ cause: undefined, request, targets });
  }

  /** Adds the failure of a request: it could not be sent, or there was no valid response. */
  addFailure(batch: Batch, members: readonly MemberRequest[], failure: unknown): void {
    if (!(failure instanceof SubgraphFailure)) throw failure;
    if (this.#failures.length < MAX_LOGGED) this.#policy.onSubgraphFailure?.(failure, this.#requestId);
    const { code, retryable, retryAfterSeconds } = failure;
    const seconds = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
    const extensions = { code, retryable, subgraph: batch.subgraph, ...seconds };
    this.#addForWhole({ message: failure.message, extensions }, members);
  }

  /** Adds an error for a response that doesn't have the requested shape. */
  addMalformed(batch: Batch, members: readonly MemberRequest[], problem: string): void {
    const message = `Subgraph "${batch.subgraph}" sent a malformed response: ${problem}`;
    const extensions = { code: 'SUBREQUEST_MALFORMED_RESPONSE', retryable: false, subgraph: batch.subgraph };
    this.#addForWhole({ message, extensions }, members);
  }

  /** Adds an error for a whole result: it is reported at each field of each target. */
  #addForWhole(cause: Cause, members: readonly MemberRequest[]): void {
    for (const request of members) {
      const { member, targets, entityOf } = request;
      const requested = member.representation ? targets.filter((_, index) => entityOf[index]! >= 0) : targets;
      const tails = member.keys.filter((key) => key !== '__typename').map((key) => [key]);
      if (requested.length > 0) this.#failures.push({ cause, request, targets: requested, tails });
    }
  }

  /** The errors with their paths in the client's response. */
  report(root: object, places: ErrorPlaces, nullsInPlace: boolean): ErrorReport {
    if (this.#failures.length === 0) return nothingToReport;
    return reportErrors(root, places, { failures: this.#failures, losses: this.#losses }, nullsInPlace);
  }
}

/** Parses the path of a subgraph error; undefined when it isn't a valid path. */
function parseErrorPath(path: unknown): ErrorPath | undefined {
  if (!Array.isArray(path) || path.length === 0) return undefined;
  return path.every((key) => typeof key === 'string' || typeof key === 'number') ? path : undefined;
}
