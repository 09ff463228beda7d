import { GraphQLError } from 'graphql';
import type { Log } from '#shared/log.ts';
import type { ClientRequest } from '../client-request.ts';
import { graphQLError } from '../engine/apollo.ts';
import { responseText } from '../engine/respond/response.ts';
import type { ExecuteOperation } from '../execute/execute-operation.ts';
import { answerStatus, retryAfter } from './answer-status.ts';
import type { PlainRequest } from './plain-request.ts';
import { showError } from './public-error.ts';
import { type Answer, AnswerBody } from './shared-answers.ts';

/**
 * Executes a plain request and answers it as Apollo Server would, without its pipeline: hashing the text, looking for plugins and
 * negotiating again is a sixth of what a small query costs (docs/decisions/transport.md).
 */
export async function answerFromEngine(
  client: ClientRequest,
  { variables, mediaType }: PlainRequest,
  execute: ExecuteOperation,
  log: Log,
): Promise<Answer> {
  try {
    const { data, errors } = await execute(client, variables);
    const shown = errors.map((error) => show(graphQLError(error)));
    return answer(data === undefined ? 400 : 200, responseText({ data, errors: shown }));
  } catch (error) {
    const unexpected = new GraphQLError('unexpected', { originalError: error instanceof Error ? error : undefined });
    return answer(500, responseText({ data: undefined, errors: [show(unexpected)] }));
  }

  function show(error: GraphQLError) {
    return showError(error.toJSON(), error, client, log);
  }

  function answer(given: number, text: string): Answer {
    const status = answerStatus(given, mediaType, client.errorCodes[0]);
    const retry = retryAfter(status);
    const headers: [string, string][] = [['content-type', mediaType]];
    if (retry !== undefined) headers.push(['retry-after', retry]);
    return { status, headers, body: new AnswerBody(text), errorCodes: client.errorCodes };
  }
}
