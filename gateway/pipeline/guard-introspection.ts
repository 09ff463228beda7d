import { BREAK, type DocumentNode, Kind, visit } from 'graphql';
import { RequestRefusal } from '../errors/request-refusal.ts';
import type { Checked, Identified } from './stages.ts';

/** Callers who may read the schema: all of them, signed-in accounts only, or none. */
export type IntrospectionPolicy = 'public' | 'signed-in' | 'off';

const schemaFields: ReadonlySet<string> = new Set(['__schema', '__type']);
/** Whether a document reads the schema, which depends on the document alone. */
const known = new WeakMap<DocumentNode, boolean>();

/** Whether this caller may read the schema. */
export function mayIntrospect({ caller }: Identified, policy: IntrospectionPolicy): boolean {
  return policy === 'public' || (policy === 'signed-in' && caller.identity.kind === 'account');
}

/** Refuses introspection if the policy forbids it to this caller. @throws RequestRefusal */
export function guardIntrospection(checked: Checked, policy: IntrospectionPolicy): void {
  if (mayIntrospect(checked, policy)) return;
  if (introspects(checked))
    throw new RequestRefusal('UNAUTHENTICATED', 'Sign in to read the schema. Introspection is not public here.');
}

/** Whether the document reads the schema. */
export function introspects({ document, source }: Pick<Checked, 'document' | 'source'>): boolean {
  if (!source.includes('__')) return false;
  const reads = known.get(document) ?? readsSchema(document);
  known.set(document, reads);
  return reads;
}

function readsSchema(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    [Kind.FIELD](node) {
      found ||= schemaFields.has(node.name.value);
      return found ? BREAK : undefined;
    },
  });
  return found;
}
