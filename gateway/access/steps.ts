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
  request.document = checked.document;
  const { operationNames } = checked;
  const { requestedOperation } = request;
  if (operationNames.length <= 1) [request.operationName] = operationNames;
  else if (requestedOperation !== undefined && operationNames.includes(requestedOperation)) {
    request.operationName = requestedOperation;
  }
};
