import { type OperationDefinitionNode, OperationTypeNode } from 'graphql';
import { documentDefers } from '../engine/document/defer.ts';
import { type EngineError, RequestError } from '../engine/errors.ts';
import { RequestRefusal } from '../errors/request-refusal.ts';
import type { Generation } from '../supergraph/generation.ts';
import { type IntrospectionPolicy, mayIntrospect } from './guard-introspection.ts';
import type { Checked, Resolved, ResponseForm } from './stages.ts';

/**
 * Parses the document within the limits and validates it, once per text; a trusted document is ready. Chooses the operation and the form of its response.
 * @throws RequestRefusal or RequestError that says what is wrong with the document
 */
export function checkDocument(
  resolved: Resolved,
  { generation, introspection }: { readonly generation: Generation; readonly introspection: IntrospectionPolicy },
): Checked {
  const { source, trusted } = resolved;
  const { identity } = resolved.caller;
  const { documents, schema } = generation.views.for(identity);
  const checked = (trusted && documents.trusted(trusted.id)) ?? documents.check(source);
  if (checked.kind === 'refused') throw checked.error;
  if (checked.kind === 'invalid') {
    const mayReadSchema = mayIntrospect(resolved, introspection);
    const errors = mayReadSchema ? checked.errors : checked.errors.map(withoutSuggestion);
    const seesPart = identity.kind === 'anonymous' && schema !== undefined;
    throw new RequestError(seesPart ? errors.map(withSignInHint) : errors);
  }
  const { document, operations } = checked;
  const operation = chooseOperation(operations, resolved.operationName);
  const form = chooseForm(operation, resolved, documentDefers(source, document));
  return { ...resolved, generation, document, operation, form };
}

/** Suggestions of graphql-js reveal names of fields and types to callers who may not read the schema. */
export function withoutSuggestion(error: EngineError): EngineError {
  return { ...error, message: error.message.replace(/ Did you mean .*\?$/s, '') };
}

/**
 * What does not exist for an anonymous caller may exist for an account, such as that of a developer who has forgotten the token. Names that
 * exist for nobody get the same hint.
 */
function withSignInHint(error: EngineError): EngineError {
  if (!/^(Cannot query field|Unknown (type|argument)|Field ".*" is not defined)/.test(error.message)) return error;
  return {
    ...error,
    message: `${error.message} Accounts can use more of the schema: sign in and send the access token.`,
  };
}

type Operations = readonly [OperationDefinitionNode, ...OperationDefinitionNode[]];

/** Finds the operation of the requested name. Without a name, or with an empty one, the document must have one operation only. */
function chooseOperation(operations: Operations, requested: string | undefined): OperationDefinitionNode {
  const [only, second] = operations;
  if (!requested && !second) return only;
  const chosen = requested && operations.find(({ name }) => name?.value === requested);
  if (chosen) return chosen;
  const names = operations.map(({ name }) => name?.value ?? '(without a name)').join(', ');
  throw new RequestRefusal(
    'OPERATION_RESOLUTION_FAILURE',
    requested
      ? `The document has no operation named ${JSON.stringify(requested.slice(0, 100))}. It has: ${names}.`
      : `The document has several operations (${names}). Say which one to run with "operationName".`,
  );
}

/** @throws RequestRefusal when this edge can't send the response of the operation */
function chooseForm(
  { operation }: OperationDefinitionNode,
  { accepts, readOnly, onError, idempotencyKey }: Resolved,
  defers: boolean,
): ResponseForm {
  if (operation === OperationTypeNode.SUBSCRIPTION) {
    if (accepts.events) return 'events';
    const message =
      'A subscription needs a stream of responses. Send it by itself, over graphql-ws or with one of the accept headers ' +
      '"text/event-stream" and "multipart/mixed; subscriptionSpec=1.0".';
    throw new RequestRefusal('BAD_REQUEST', message);
  }
  if (operation === OperationTypeNode.MUTATION && readOnly) {
    throw new RequestRefusal('BAD_REQUEST', 'A mutation must be sent by POST.', {
      status: 405,
      headers: { allow: 'POST' },
    });
  }
  // A response that may be replayed has one part.
  if (operation === OperationTypeNode.MUTATION && idempotencyKey !== undefined) return 'single';
  // Under HALT an error anywhere removes the whole data, so the response can't be sent in parts.
  return defers && accepts.parts && onError !== 'HALT' ? 'parts' : 'single';
}
