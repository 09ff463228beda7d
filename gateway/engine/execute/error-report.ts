import type { Cause, EngineError, ErrorPath, ErrorReport } from '../errors.ts';
import type { Owned } from '../values/own.ts';
import type { MemberRequest } from './member-request.ts';
import { findPositions, type Positions } from './positions.ts';

/** One failure may concern very many positions, and more errors than this tell a client nothing new. */
const MAX_ERRORS = 500;

/** Translates paths of the fetched data into paths of the client's response. */
export interface ErrorPlaces {
  readonly clientPath: (path: ErrorPath) => ErrorPath;
  /** Whether the client's conditions exclude the field at a path. */
  readonly isLeftOut: (path: ErrorPath) => boolean;
}

/** An error, the targets that it concerns, and the paths below each target. */
export interface Failure {
  readonly cause: Cause;
  readonly request: MemberRequest;
  readonly targets: readonly Owned[];
  readonly tails: readonly ErrorPath[];
}

/** Targets that lack every field of a request because of an error elsewhere. */
export interface Loss {
  /** Undefined if the targets were not part of the request, since they lack fields that it requires. */
  readonly cause: Cause | undefined;
  readonly request: MemberRequest;
  readonly targets: readonly Owned[];
}

/**
 * Finds the paths of errors in the client's response.
 * @param nullsInPlace whether each missing field has a null of its own. Otherwise the null propagates to an object that also contains the error elsewhere.
 */
export function reportErrors(
  root: object,
  { clientPath, isLeftOut }: ErrorPlaces,
  { failures, losses }: { readonly failures: readonly Failure[]; readonly losses: readonly Loss[] },
  nullsInPlace: boolean,
): ErrorReport {
  const errors: EngineError[] = [];
  const reported = new Set<Cause>();
  const missing = new Map<string, Cause | undefined>();
  const causes = new Map<string, Cause>(); // by each path of the fetched data at or above an error
  const positionsAt = new Map<number, Positions>();

  for (const { cause, request, targets, tails } of failures) {
    for (const position of positionsOf(request, targets)) {
      if (losses.length > 0) for (const tail of tails) remember([...position, ...tail], cause);
      for (const path of clientPathsBelow(position, tails)) {
        if (errors.length >= MAX_ERRORS) break;
        errors.push({ ...cause, path });
        reported.add(cause);
      }
    }
  }
  for (const { cause: known, request, targets } of losses) {
    for (const position of positionsOf(request, targets)) {
      const cause = known ?? causeOfLack(request, position);
      if (cause) for (const key of request.member.keys) lose([...position, key], cause);
    }
  }
  return { errors, missing };

  function* positionsOf({ member: { at } }: MemberRequest, targets: readonly Owned[]): Generator<ErrorPath> {
    const positions = positionsAt.get(at.id) ?? findPositions(root, at, MAX_ERRORS);
    positionsAt.set(at.id, positions);
    for (const target of targets) yield* positions.get(target) ?? [];
  }

  /**
   * The client's paths for missing fields below a position. It is the position itself when the client selected none of these fields, and no path when
   * the client's conditions exclude all of them.
   */
  function clientPathsBelow(position: ErrorPath, tails: readonly ErrorPath[]): readonly ErrorPath[] {
    const included = tails.map((tail) => [...position, ...tail]).filter((path) => !isLeftOut(path));
    if (included.length === 0 && tails.length > 0) return [];
    const selected = included.map(clientPath).filter((path) => path.length > position.length);
    return selected.length > 0 ? selected : [clientPath(position)];
  }

  function remember(path: ErrorPath, cause: Cause): void {
    for (let length = path.length; length > 0; length--) {
      const key = JSON.stringify(path.slice(0, length));
      if (causes.has(key)) return; // and so are the paths above it
      causes.set(key, cause);
    }
  }

  /** The error of a field that the request requires. */
  function causeOfLack({ member }: MemberRequest, position: ErrorPath): Cause | undefined {
    for (const key of member.requires) {
      const cause = causes.get(JSON.stringify([...position, key]));
      if (cause) return cause;
    }
    return undefined;
  }

  function lose(path: ErrorPath, cause: Cause): void {
    remember(path, cause);
    const key = JSON.stringify(clientPath(path));
    if (!missing.has(key)) missing.set(key, nullsInPlace || !reported.has(cause) ? cause : undefined);
  }
}
