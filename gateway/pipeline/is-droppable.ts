import type { DocumentNode, OperationDefinitionNode, SelectionSetNode } from 'graphql';
import { forEachField, fragmentsByName } from '../engine/document/fragments.ts';
import { responseKey } from '../engine/document/response-keys.ts';

/** True if a document stays valid without a field: its parent selects another one. @param path response keys with dots between them */
export function isDroppable(document: DocumentNode, operation: OperationDefinitionNode, path: string): boolean {
  const fragments = fragmentsByName(document);
  const parents = path.split('.').slice(0, -1);
  let siblings = fieldsOf([operation.selectionSet]);
  for (const key of parents) siblings = fieldsOf(siblings.get(key) ?? []);
  return siblings.size > 1;

  /** The fields by response key, each with its selection sets. */
  function fieldsOf(sets: readonly SelectionSetNode[]): Map<string, SelectionSetNode[]> {
    const fields = new Map<string, SelectionSetNode[]>();
    forEachField(sets, fragments, (field) => {
      const key = responseKey(field);
      fields.set(key, [...(fields.get(key) ?? []), ...(field.selectionSet ? [field.selectionSet] : [])]);
    });
    return fields;
  }
}
