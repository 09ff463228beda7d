import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { CallToolRequestSchema, ErrorCode, ListToolsRequestSchema, McpError } from '@modelcontextprotocol/sdk/types.js';
import type { Caller } from '../../access/caller.ts';
import type { Generation } from '../../supergraph/generation.ts';
import { type CalledTool, callTool, type ToolCall } from './call-tool.ts';
import type { CallerTools } from './caller-tools.ts';

export interface McpServerOptions extends Pick<ToolCall, 'entered' | 'headers' | 'message'> {
  readonly caller: Caller;
  readonly tools: CallerTools;
  readonly generation: Generation;
  readonly pipeline: Parameters<typeof callTool>[0];
  /** Called with the headers of the response to a call. */
  readonly onHeaders: (headers: CalledTool['headers']) => void;
}

const instructions =
  'Each tool runs one document that is registered for you in the freight graph. The result is a GraphQL response as JSON: "data", "errors" with codes, ' +
  'and "extensions.cost" with what the call cost and what is left of your budget. After RATE_LIMITED wait for "retryAfterSeconds". ' +
  'Give every call that changes something an idempotencyKey of its own, and repeat a call whose result you did not get with the same key.';

/** A server for one message of one caller. It keeps nothing, so that any gateway can answer the next message. */
export function createMcpServer(options: McpServerOptions): McpServer {
  const { caller, tools, generation, pipeline, entered, headers, message, onHeaders } = options;
  const mcp = new McpServer(
    { name: 'freight-graph', title: 'Infamous Freight graph', version: '1' },
    { capabilities: { tools: {} }, instructions, jsonSchemaValidator: asksNothing },
  );
  // The tools have JSON schemas. `McpServer.registerTool` takes schemas of zod only.
  mcp.server.setRequestHandler(ListToolsRequestSchema, ({ params }) => tools.list(caller, generation, params?.cursor));
  mcp.server.setRequestHandler(CallToolRequestSchema, async ({ params: { name, arguments: given = {} } }) => {
    const tool = await tools.find(name, caller, generation);
    if (!tool)
      throw new McpError(
        ErrorCode.InvalidParams,
        `You have no tool ${JSON.stringify(name.slice(0, 100))}. List the tools again.`,
      );
    const called = await callTool(pipeline, { tool, arguments: given, entered, headers, message });
    onHeaders(called.headers);
    return called.result;
  });
  return mcp;
}

/** The server never asks its client for input, which is what the validator is for. Making the default one takes a millisecond per message. */
const asksNothing = {
  getValidator(): never {
    throw new Error('this server asks its clients nothing');
  },
};
