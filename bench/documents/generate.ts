import { readFileSync } from 'node:fs';
import { type DocumentNode, type FieldNode, Kind, parse, print, type SelectionNode, visit } from 'graphql';
import { readManifests } from '../../gateway/access/documents/read-manifests.ts';
import type { TrustedText } from '../../gateway/access/documents/trusted-documents.ts';

/** A document of our clients under another name. */
export interface Generated extends TrustedText {
  /** Name of the document that it is made from. */
  readonly base: string;
}

/** Documents as many partners would write them: those of our clients, each without some of the fields that have no selections of their own. */
export function* generateDocuments(manifests: string, count: number, seed = 1): Generator<Generated> {
  const bases = readManifests(manifests).map((base) => ({ ...base, document: parse(base.text, { noLocation: true }) }));
  const random = randomBy(seed);
  for (let index = 0; index < count; index++) {
    const base = bases[index % bases.length]!;
    const name = `${base.name}${index}`;
    yield { name, base: base.name, client: base.client, text: print(vary(base.document, name, random)) };
  }
}

/** Share of the fields that a document lacks. */
const leftOut = 0.2;

function vary(document: DocumentNode, name: string, random: () => number): DocumentNode {
  return visit(document, {
    OperationDefinition: {
      leave: (node) => ({ ...node, name: { kind: Kind.NAME, value: name } }),
    },
    SelectionSet: {
      leave(set) {
        const kept = set.selections.filter((selection) => !isLeaf(selection) || random() >= leftOut);
        return { ...set, selections: kept.length > 0 ? kept : set.selections };
      },
    },
  });
}

/** A field without selections and arguments, so that all variables stay in use. */
function isLeaf(selection: SelectionNode): selection is FieldNode {
  return selection.kind === Kind.FIELD && !selection.selectionSet && selection.arguments?.length === 0;
}

/** A linear congruential generator: the same numbers in each run. */
function randomBy(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export function readSupergraph(file: string): string {
  return readFileSync(file, 'utf8');
}
