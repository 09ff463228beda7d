import { type OperationDefinitionNode, OperationTypeNode } from 'graphql';
import { GraphError } from '#shared/errors.ts';
import type { Step } from '../client-request.ts';
import type { Access } from './caller.ts';

/** Finds out who is asking; a token that doesn't hold ends the request with 401. */
export function authenticate(access: Access): Step {
  return async (request) => {
    request.caller = await access.identify(request.headers);
  };
}

/** Parses the text within the limits and validates it, once per text; Apollo Server reports what is wrong with a faulty one. */
export const checkDocument: Step = (request) => {
  if (request.source === undefined) return;
  const checked = request.generation.documents.check(request.source);
  if (checked.kind === 'refused') throw checked.error;
  if (checked.kind === 'invalid') return;
  request.operation = chooseOperation(checked.operations, request.requestedOperation);
  request.document = checked.document;
};

function chooseOperation(
  operations: readonly [OperationDefinitionNode, ...OperationDefinitionNode[]],
  requested: string | undefined,
): OperationDefinitionNode {
  const [only, second] = operations;
  if (requested === undefined && !second) return only;
  const chosen = requested !== undefined && operations.find(({ name }) => name?.value === requested);
  if (chosen) return chosen;
  const names = operations.map(({ name }) => name?.value ?? 'one without a name').join(', ');
  const asked = requested === undefined ? 'none' : JSON.stringify(requested.slice(0, 100));
  throw new GraphError('OPERATION_RESOLUTION_FAILURE', `An operationName of ${names} is required; got ${asked}.`);
}

/** One HTTP answer can't hold a stream of events. */
export const refuseSubscription: Step = ({ operation }) => {
  if (operation?.operation === OperationTypeNode.SUBSCRIPTION) {
    throw new GraphError(
      'BAD_REQUEST',
      'Subscriptions require graphql-ws or an event stream; this is a plain request.',
      {
        http: { status: 400 },
      },
    );
  }
};
