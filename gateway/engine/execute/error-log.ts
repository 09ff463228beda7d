import type { Batch } from '../compile/program.ts';
import type { EngineError, ErrorPath } from '../errors.ts';
import { type ErrorPolicy, type SubgraphError, SubgraphFailure } from '../ports.ts';
import type { Owned } from '../values/own.ts';
import type { MemberRequest } from './member-request.ts';
import { rewritePath } from './output-rewrites.ts';
import { findPositions, type Positions } from './positions.ts';
import { publicCause } from './public-error.ts';

/** One failure may concern very many positions, and more errors than this tell a client nothing new. */
const MAX_ERRORS = 500;
/** How many errors of one execution are passed to the error policy's log callbacks. */
const MAX_LOGGED = 20;

/** Translates paths of the fetched data into paths of the client's response. */
export interface ErrorPlaces {
  readonly clientPath: (path: ErrorPath) => ErrorPath;
  /** Whether the client's conditions exclude the field at a path. */
  readonly isLeftOut: (path: ErrorPath) => boolean;
}
interface Cause {
  readonly message: string;
  readonly extensions: EngineError['extensions'];
}
/** An error, the targets that it concerns, and the paths below each target. */
interface Entry {
  readonly cause: Cause;
  readonly request: MemberRequest;
  readonly targets: readonly Owned[];
  readonly tails: readonly ErrorPath[];
}

/** Collects the errors of an execution. Their paths in the response are determined at the end. */
export class ErrorLog {
  readonly #entries: Entry[] = [];
  readonly #policy: ErrorPolicy;
  readonly #requestId: string;

  constructor(policy: ErrorPolicy, requestId: string) {
    this.#policy = policy;
    this.#requestId = requestId;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** Adds an error that a subgraph reported in its response. */
  addSubgraphError(batch: Batch, members: readonly MemberRequest[], error: SubgraphError): void {
    if (this.#entries.length < MAX_LOGGED) this.#policy.onSubgraphError?.(error, batch.subgraph, this.#requestId);
    const cause = publicCause(error, batch.subgraph, this.#policy);
    const path = parseErrorPath(error.path);
    if (path && batch.slots.length === 0) {
      const [request] = members;
      const { member, targets } = request!;
      this.#entries.push({ cause, request: request!, targets, tails: [rewritePath(path, member.outputRewrites)] });
      return;
    }
    const slot = batch.slots.findIndex(({ alias }) => alias === path?.[0]);
    const concerned = slot < 0 ? members : members.filter(({ member }) => member.slot === slot);
    const entity = slot < 0 ? undefined : path?.[1];
    const known = concerned.filter(({ entityOf }) => typeof entity === 'number' && entityOf.includes(entity));
    for (const request of known) {
      const targets = request.targets.filter((_, index) => request.entityOf[index] === entity);
      const tail = rewritePath(path!.slice(2), request.member.outputRewrites);
      this.#entries.push({ cause, request, targets, tails: [tail] });
    }
    if (known.length === 0) this.#addForWhole(cause, concerned);
  }

  /** Adds the failure of a request: it could not be sent, or there was no valid response. */
  addFailure(batch: Batch, members: readonly MemberRequest[], failure: unknown): void {
    if (!(failure instanceof SubgraphFailure)) throw failure;
    if (this.#entries.length < MAX_LOGGED) this.#policy.onSubgraphFailure?.(failure, this.#requestId);
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
      if (requested.length > 0) this.#entries.push({ cause, request, targets: requested, tails });
    }
  }

  /** The errors with their paths in the client's response. */
  report(root: object, places: ErrorPlaces): EngineError[] {
    const positionsAt = new Map<number, Positions>();
    const errors: EngineError[] = [];
    for (const { cause, request, targets, tails } of this.#entries) {
      const { at } = request.member;
      const positions = positionsAt.get(at.id) ?? findPositions(root, at, MAX_ERRORS);
      positionsAt.set(at.id, positions);
      for (const target of targets) {
        for (const position of positions.get(target) ?? []) {
          for (const path of clientPathsBelow(position, tails, places)) {
            if (errors.length >= MAX_ERRORS) return errors;
            errors.push({ ...cause, path });
          }
        }
      }
    }
    return errors;
  }
}

/**
 * The client's paths for missing fields below a position. It is the position itself when the client selected none of these fields, and no path when
 * the client's conditions exclude all of them.
 */
function clientPathsBelow(
  position: ErrorPath,
  tails: readonly ErrorPath[],
  { clientPath, isLeftOut }: ErrorPlaces,
): readonly ErrorPath[] {
  const missing = tails.map((tail) => [...position, ...tail]).filter((path) => !isLeftOut(path));
  if (missing.length === 0 && tails.length > 0) return [];
  const selected = missing.map(clientPath).filter((path) => path.length > position.length);
  return selected.length > 0 ? selected : [clientPath(position)];
}

/** Parses the path of a subgraph error; undefined when it isn't a valid path. */
function parseErrorPath(path: unknown): ErrorPath | undefined {
  if (!Array.isArray(path) || path.length === 0) return undefined;
  return path.every((key) => typeof key === 'string' || typeof key === 'number') ? path : undefined;
}
