import { type FieldNode, Kind } from 'graphql';

/** The selection `__typename`. */
export const typenameField: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };
