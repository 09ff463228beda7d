import type { GatewayExecutor, GatewayGraphQLRequestContext } from '@apollo/server-gateway-interface';
import { type FormattedExecutionResult, GraphQLError } from 'graphql';
import type { Grants } from './authorization/requirements.ts';
import type { Engine } from './engine.ts';
import { type EngineError, RequestError } from './errors.ts';
import type { RequestScope } from './ports.ts';

/**
 * Data that is JSON text already. It passes through Apollo Server as `data`; `stringifyPrewritten` puts the text into
 * the response as it is, and anyone who serializes it otherwise gets the same JSON.
 */
export class PrewrittenData {
  #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  /**
   * The text, once: Apollo Server's objects about a request are old by now, for V8, and would keep the text until a full collection. That
   * made minor collections twice as dear.
   */
  take(): string {
    const text = this.#text;
    this.#text = 'null';
    return text;
  }
  toJSON(): unknown {
    return JSON.parse(this.#text);
  }
}

export interface ApolloExecutorOptions {
  /** The engine of the supergraph under which this request began. */
  readonly engine: (context: GatewayGraphQLRequestContext) => Engine;
  readonly scope: (context: GatewayGraphQLRequestContext) => RequestScope;
  readonly activeLabels?: (context: GatewayGraphQLRequestContext) => readonly string[];
  /** What the client may see; by default what everybody may. */
  readonly grants?: (context: GatewayGraphQLRequestContext) => Grants;
}

/** Runs operations for Apollo Server, in the place of `@apollo/gateway`'s executor. */
export function createApolloExecutor(options: ApolloExecutorOptions): GatewayExecutor {
  return async (context) => {
    const engine = options.engine(context);
    try {
      const operation = await engine.prepare({
        source: context.source,
        document: context.document,
        operationName: context.operationName ?? undefined,
        activeLabels: options.activeLabels?.(context),
        grants: options.grants?.(context),
      });
      const response = await engine.execute(operation, context.request.variables ?? {}, options.scope(context));
      const errors = response.errors.length > 0 ? { errors: response.errors.map(graphQLError) } : {};
      if (response.data === undefined) return errors;
      // Apollo Server only hands `data` on to `stringifyResult`.
      return { ...errors, data: new PrewrittenData(response.data) as unknown as Record<string, unknown> };
    } catch (error) {
      if (error instanceof RequestError) return { errors: error.errors.map(graphQLError) };
      throw error;
    }
  };
}

/** For Apollo Server's `stringifyResult`: lets prewritten data through without touching it. */
export function stringifyPrewritten(result: FormattedExecutionResult): string {
  const data: unknown = result.data;
  if (!(data instanceof PrewrittenData)) return JSON.stringify(result);
  let text = '{';
  if (result.errors) text += `"errors":${JSON.stringify(result.errors)},`;
  text += `"data":${data.take()}`;
  if (result.extensions) text += `,"extensions":${JSON.stringify(result.extensions)}`;
  return `${text}}`;
}

function graphQLError({ message, path, extensions }: EngineError): GraphQLError {
  return new GraphQLError(message, { path, extensions });
}
