import type { DocumentNode } from 'graphql';
import { anonymous, isSatisfied, type RequirementsByCoordinate } from '../../engine/authorization/requirements.ts';
import type { SchemaContract } from './contracts.ts';
import { readTaggedCoordinates } from './tagged-coordinates.ts';

/** Finds the schema coordinates that do not exist under a contract, in alphabetical order. */
export type HiddenCoordinates = (contract: SchemaContract) => readonly string[];

/**
 * An element does not exist for callers that can never satisfy its `@authenticated` or `@requiresScopes`, nor if it has a tag that the
 * contract excludes. Anybody may meet a `@policy`: no contract says who does.
 */
export function readHiddenCoordinates(
  supergraph: DocumentNode,
  requirements: RequirementsByCoordinate,
): HiddenCoordinates {
  const tags = readTaggedCoordinates(supergraph);
  return ({ excludedTags, scopes }) => {
    const tagged = excludedTags.flatMap((tag) => [...(tags.get(tag) ?? [])]);
    return [...new Set([...tagged, ...(scopes ? outOfReach(requirements, scopes) : [])])].sort();
  };
}

function outOfReach(requirements: RequirementsByCoordinate, scopes: readonly string[]): string[] {
  const grants = { ...anonymous, authenticated: true, scopes: new Set(scopes) };
  return [...requirements].flatMap(([coordinate, all]) =>
    all.every((requirement) => requirement.kind === 'policies' || isSatisfied(requirement, grants)) ? [] : [coordinate],
  );
}
