import type { Batch } from '../compile/program.ts';
import type { EngineError, ErrorPath } from '../errors.ts';
import { type ErrorPolicy, type SubgraphError, SubgraphFailure } from '../ports.ts';
import type { Owned } from '../values/own.ts';
import type { MemberRequest } from './member-request.ts';
import { rewritePath } from './output-rewrites.ts';
import { findPositions, type Positions } from './positions.ts';
import { publicCause } from './public-error.ts';

/** More errors than this tell a client nothing more, and a small failure may have very many places. */
const MAX_ERRORS = 500;
/** Errors of one execution that are handed to the log. */
const MAX_LOGGED = 20;

/** Where paths of the fetched data lead in the client's response. */
export interface ErrorPlaces {
  readonly clientPath: (path: ErrorPath) => ErrorPath;
  /** Whether the client's conditions leave out what a path leads to. */
  readonly isLeftOut: (path: ErrorPath) => boolean;
}
interface Cause {
  readonly message: string;
  readonly extensions: EngineError['extensions'];
}
/** An error and the targets it concerns; `tail` is the path below each of them. */
interface Entry {
  readonly cause: Cause;
  readonly request: MemberRequest;
  readonly targets: readonly Owned[];
  readonly tails: readonly ErrorPath[];
}

/** Collects what went wrong during an execution; where it belongs in the response is worked out at the end. */
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

  /** An error a subgraph reports inside its answer. */
  addSubgraphError(batch: Batch, members: readonly MemberRequest[], error: SubgraphError): void {
    if (this.#entries.length < MAX_LOGGED) this.#policy.onSubgraphError?.(error, batch.subgraph, this.#requestId);
    const cause = publicCause(error, batch.subgraph, this.#policy);
    const path = errorPath(error.path);
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

  /** The subgraph couldn't be asked or didn't answer. */
  addFailure(batch: Batch, members: readonly MemberRequest[], failure: unknown): void {
    if (!(failure instanceof SubgraphFailure)) throw failure;
    if (this.#entries.length < MAX_LOGGED) this.#policy.onSubgraphFailure?.(failure, this.#requestId);
    const { code, retryable, retryAfterSeconds } = failure;
    const seconds = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
    const extensions = { code, retryable, subgraph: batch.subgraph, ...seconds };
    this.#addForWhole({ message: failure.message, extensions }, members);
  }

  /** The subgraph answered, but not in the shape that was asked for. */
  addMalformed(batch: Batch, members: readonly MemberRequest[], problem: string): void {
    const message = `Subgraph "${batch.subgraph}" gave a malformed answer: ${problem}`;
    const extensions = { code: 'SUBREQUEST_MALFORMED_RESPONSE', retryable: false, subgraph: batch.subgraph };
    this.#addForWhole({ message, extensions }, members);
  }

  /** Everything that was asked for is missing: the error stands at each field of each target. */
  #addForWhole(cause: Cause, members: readonly MemberRequest[]): void {
    for (const request of members) {
      const { member, targets, entityOf } = request;
      const asked = member.representation ? targets.filter((_, index) => entityOf[index]! >= 0) : targets;
      const tails = member.keys.filter((key) => key !== '__typename').map((key) => [key]);
      if (asked.length > 0) this.#entries.push({ cause, request, targets: asked, tails });
    }
  }

  /** The errors with their places in the response. */
  report(root: object, places: ErrorPlaces): EngineError[] {
    const positionsAt = new Map<number, Positions>();
    const errors: EngineError[] = [];
    for (const { cause, request, targets, tails } of this.#entries) {
      const { at } = request.member;
      const positions = positionsAt.get(at.id) ?? findPositions(root, at, MAX_ERRORS);
      positionsAt.set(at.id, positions);
      for (const target of targets) {
        for (const position of positions.get(target) ?? []) {
          for (const path of placesUnder(position, tails, places)) {
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
 * The client's paths for what is missing under a position; the position itself when the client selected none of it, and nothing when its conditions
 * leave all of it out.
 */
function placesUnder(
  position: ErrorPath,
  tails: readonly ErrorPath[],
  { clientPath, isLeftOut }: ErrorPlaces,
): readonly ErrorPath[] {
  const missing = tails.map((tail) => [...position, ...tail]).filter((path) => !isLeftOut(path));
  if (missing.length === 0 && tails.length > 0) return [];
  const selected = missing.map(clientPath).filter((path) => path.length > position.length);
  return selected.length > 0 ? selected : [clientPath(position)];
}

/** A path as a subgraph sent it, if it is one. */
function errorPath(path: unknown): ErrorPath | undefined {
  if (!Array.isArray(path) || path.length === 0) return undefined;
  return path.every((key) => typeof key === 'string' || typeof key === 'number') ? path : undefined;
}
