import { type FieldNode, Kind, type SelectionNode } from 'graphql';

/** The selection `__typename`. */
export const typenameField: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/** True for `__typename` under any alias. */
export function isTypename(selection: SelectionNode): selection is FieldNode {
  return selection.kind === Kind.FIELD && selection.name.value === '__typename';
}
