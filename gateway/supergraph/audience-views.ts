import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { Identity } from '#shared/identity/identity.ts';
import { contractSchema } from '../access/documents/contract-schema.ts';
import { contractOf, type SchemaContract, schemaContracts } from '../access/documents/contracts.ts';
import type { Documents } from '../access/documents/documents.ts';
import { readTaggedCoordinates, type TaggedCoordinates } from '../access/documents/tagged-coordinates.ts';
import { createView, type SchemaView } from '../engine/supergraph/schema-view.ts';

/** What exists for the callers of one contract, and their documents. */
export interface AudienceView {
  readonly documents: Documents;
  /** Undefined if everything exists for them. */
  readonly schema: SchemaView | undefined;
}

/** Finds what exists for a caller. */
export interface AudienceViews {
  for(identity: Identity): AudienceView;
  /** The view with the name that a view of another supergraph has; that of everything without a name. */
  named(name: string | undefined): AudienceView;
  /** Every view once. */
  all(): Iterable<AudienceView>;
}

/** For a graph whose callers are all alike: everything exists for each of them. */
export function oneView(documents: Documents): AudienceViews {
  const view = { documents, schema: undefined };
  return { for: () => view, named: () => view, all: () => [view] };
}

export interface AudienceViewsOptions {
  readonly supergraph: DocumentNode;
  /** The documents under the whole schema. */
  readonly documents: Documents;
  readonly createDocuments: (schema: GraphQLSchema) => Documents;
}

/** Makes the schema of each contract when it is first used. Contracts that exclude the same elements of this supergraph share one. */
export function audienceViews({ supergraph, documents, createDocuments }: AudienceViewsOptions): AudienceViews {
  const tags = readTaggedCoordinates(supergraph);
  const whole: AudienceView = { documents, schema: undefined };
  const views = new Map<string, AudienceView>([['', whole]]);
  const byContract = new Map<SchemaContract, AudienceView>();
  const make = (excluded: readonly string[]): AudienceView => {
    const name = excluded.join(' ');
    const known = views.get(name);
    if (known) return known;
    const schema = contractSchema(documents.schema, coordinatesOf(excluded, tags));
    const made = { documents: createDocuments(schema), schema: createView(name, schema, documents.schema) };
    views.set(name, made);
    return made;
  };
  const find = (contract: SchemaContract): AudienceView => {
    const known = byContract.get(contract);
    if (known) return known;
    const view = make(contract.excludedTags.filter((tag) => tags.has(tag)));
    byContract.set(contract, view);
    return view;
  };
  return {
    for: (identity) => find(contractOf(identity)),
    all: () => new Set([whole, ...schemaContracts.map(find)]),
    named: (name) => views.get(name ?? '') ?? make((name ?? '').split(' ').filter((tag) => tags.has(tag))),
  };
}

function coordinatesOf(excluded: readonly string[], tags: TaggedCoordinates): string[] {
  return excluded.flatMap((tag) => [...(tags.get(tag) ?? [])]);
}
