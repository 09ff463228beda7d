import type { IncomingHttpHeaders } from 'node:http';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { ownKeyField } from '../../access/documents/once-traits.ts';
import type { HttpMessage } from '../../access/signatures/http-message.ts';
import { type Outcome, refusedText } from '../../pipeline/outcome.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import type { Entered } from '../../pipeline/stages.ts';
import { clientRequestId } from '../http/request-id.ts';
import { replayHeader, retryAfterHeader } from '../http/response-status.ts';
import type { FoundTool } from './caller-tools.ts';

export interface ToolCall {
  readonly tool: FoundTool;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly entered: Entered;
  readonly headers: IncomingHttpHeaders;
  /** The HTTP request of the call, which its signature covers. */
  readonly message: HttpMessage;
}

export interface CalledTool {
  readonly result: CallToolResult;
  /** HTTP headers about the caller's budget. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Runs the document of a tool as every other edge does. The result is the GraphQL response; it counts as an error if the response has errors. */
export async function callTool(pipeline: Pick<Pipeline, 'run'>, call: ToolCall): Promise<CalledTool> {
  const { tool, entered, headers, message } = call;
  const { [ownKeyField]: key, ...others } = call.arguments;
  const outcome = await pipeline.run({
    ...entered,
    clientRequestId: clientRequestId(headers['x-request-id']),
    headers,
    message,
    source: undefined,
    documentId: tool.document.id,
    operationName: undefined,
    variables: tool.takesKey ? others : call.arguments,
    extensions: {},
    onError: undefined,
    idempotencyKey: tool.takesKey ? (key ?? undefined) : undefined,
    readOnly: false,
    accepts: { events: false, parts: undefined },
    holdsConnection: false,
  });
  return { result: resultOf(outcome), headers: headersOf(outcome) };
}

function resultOf(outcome: Outcome): CallToolResult {
  if (outcome.kind === 'stream') throw new Error('a tool accepts no stream');
  const text = outcome.kind === 'refused' ? refusedText(outcome) : String(outcome.body.read());
  return { content: [{ type: 'text', text }], ...(outcome.errors.length > 0 && { isError: true }) };
}

function headersOf(outcome: Outcome): Readonly<Record<string, string>> {
  return outcome.kind === 'response'
    ? { ...outcome.headers, ...retryAfterHeader(outcome), ...replayHeader(outcome) }
    : (outcome.headers ?? {});
}
