import type { Tool } from '@modelcontextprotocol/sdk/types.js';
import { type GraphQLSchema, OperationTypeNode } from 'graphql';
import type { ValidDocument } from '../../access/documents/documents.ts';
import { ownKeyField } from '../../access/documents/once-traits.ts';
import { rootFields } from '../../pipeline/repeatable.ts';
import type { Generation } from '../../supergraph/generation.ts';
import { describeOperation, describeVariables } from './describe-document.ts';
import { type InputSchema, inputSchemaOf } from './input-schema.ts';

/** A document as a tool of the Model Context Protocol, without its name. */
export interface DocumentTool extends Omit<Tool, 'name'> {
  /** True if an argument `idempotencyKey` is the key of the request, and not a variable of the document. */
  readonly takesKey: boolean;
}

const keyProperty = {
  type: 'string',
  minLength: 1,
  maxLength: 255,
  description:
    'A new key for each change that you intend, such as a UUID. If you call the tool again with the same key and arguments, the change is made once and you get the first result again.',
} as const;

/** The schema that exists for the caller, and what its mutations promise. */
export interface ToolSchema extends Pick<Generation, 'onceTraits'> {
  readonly schema: GraphQLSchema;
}

/** Makes the tool of a valid document; undefined for a subscription, which has no single result, and for results with secrets, which are not for agents. */
export function toTool(
  text: string,
  { document, operations }: ValidDocument,
  { schema, onceTraits }: ToolSchema,
): DocumentTool | undefined {
  const [operation] = operations;
  if (operation.operation === OperationTypeNode.SUBSCRIPTION) return undefined;
  const hasSecrets = rootFields(operation.selectionSet, document).some(({ name }) =>
    onceTraits.secretResults.has(name.value),
  );
  if (hasSecrets) return undefined;
  const meanings = describeVariables(document, schema);
  const variables = inputSchemaOf(operation, schema, (name) => meanings.get(name));
  const isMutation = operation.operation === OperationTypeNode.MUTATION;
  const takesKey = isMutation && !Object.hasOwn(variables.properties, ownKeyField);
  return {
    description: describeOperation(text, document, operation, schema),
    inputSchema: takesKey ? withKey(variables) : variables,
    annotations: {
      readOnlyHint: !isMutation,
      destructiveHint: isMutation,
      idempotentHint: !isMutation,
      openWorldHint: false,
    },
    takesKey,
  };
}

function withKey(schema: InputSchema): InputSchema {
  return { ...schema, properties: { ...schema.properties, [ownKeyField]: keyProperty } };
}
