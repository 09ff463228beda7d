import type { GraphQLSchema } from 'graphql';
import type { Identity } from '#shared/identity/identity.ts';
import { contractSchema } from '../access/documents/contract-schema.ts';
import { contractNamed, contractOf, type SchemaContract, schemaContracts } from '../access/documents/contracts.ts';
import type { Documents } from '../access/documents/documents.ts';
import type { HiddenCoordinates } from '../access/documents/hidden-coordinates.ts';
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
  /** The view for callers of the view with this name of another supergraph; that of everything without a name. */
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
  /** The documents under the whole schema. */
  readonly documents: Documents;
  readonly hiddenFrom: HiddenCoordinates;
  readonly createDocuments: (schema: GraphQLSchema) => Documents;
}

/** Makes the schema of each contract when it is first used. Contracts that lack the same elements of this supergraph share one. */
export function audienceViews({ documents, hiddenFrom, createDocuments }: AudienceViewsOptions): AudienceViews {
  const whole: AudienceView = { documents, schema: undefined };
  const byHidden = new Map<string, AudienceView>([['', whole]]);
  const byContract = new Map<SchemaContract, AudienceView>();
  const make = (name: string, hidden: readonly string[]): AudienceView => {
    const schema = contractSchema(documents.schema, hidden);
    return { documents: createDocuments(schema), schema: createView(name, schema, documents.schema) };
  };
  const find = (contract: SchemaContract): AudienceView => {
    const known = byContract.get(contract);
    if (known) return known;
    const hidden = hiddenFrom(contract);
    const key = hidden.join(' ');
    const view = byHidden.get(key) ?? make(contract.name, hidden);
    byHidden.set(key, view);
    byContract.set(contract, view);
    return view;
  };
  return {
    for: (identity) => find(contractOf(identity)),
    all: () => new Set([whole, ...schemaContracts.map(find)]),
    named: (name) => {
      const contract = name === undefined ? undefined : contractNamed(name);
      return contract ? find(contract) : whole;
    },
  };
}
