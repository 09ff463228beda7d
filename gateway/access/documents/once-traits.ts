import { type DocumentNode, type GraphQLSchema, isInputObjectType, OperationTypeNode } from 'graphql';
import { readTaggedFields } from './root-fields.ts';

/** What a schema says about calls with an idempotency key. */
export interface OnceTraits {
  /** Mutations whose results contain secrets, so that they must not be stored. */
  readonly secretResults: ReadonlySet<string>;
  /** Input types with a field `idempotencyKey`: their mutations take effect once per key. */
  readonly keyedInputs: ReadonlySet<string>;
}

export const ownKeyField = 'idempotencyKey';

export function readOnceTraits(schema: GraphQLSchema, supergraph: DocumentNode): OnceTraits {
  const secret = readTaggedFields(schema, supergraph, 'secret-result').get(OperationTypeNode.MUTATION);
  const keyed = Object.values(schema.getTypeMap()).filter(
    (type) => isInputObjectType(type) && Object.hasOwn(type.getFields(), ownKeyField),
  );
  return { secretResults: secret ?? new Set(), keyedInputs: new Set(keyed.map(({ name }) => name)) };
}
