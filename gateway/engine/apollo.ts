import type { GatewayExecutor, GatewayGraphQLRequestContext } from '@apollo/server-gateway-interface';
import { type FormattedExecutionResult, GraphQLError } from 'graphql';
import type { EngineError } from './errors.ts';
import type { EngineResponse } from './respond/response.ts';

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

/** Runs operations for Apollo Server, in the place of `@apollo/gateway`'s executor. */
export function createApolloExecutor(
  execute: (context: GatewayGraphQLRequestContext) => Promise<EngineResponse>,
): GatewayExecutor {
  return async (context) => {
    const response = await execute(context);
    const errors = response.errors.length > 0 ? { errors: response.errors.map(graphQLError) } : {};
    if (response.data === undefined) return errors;
    // Apollo Server only hands `data` on to `stringifyResult`.
    return { ...errors, data: new PrewrittenData(response.data) as unknown as Record<string, unknown> };
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

/** An error of the engine for who expects one of graphql-js, which takes its places in the text from nodes only. */
export function graphQLError({ message, path, locations, extensions }: EngineError): GraphQLError {
  const error = new GraphQLError(message, { path, extensions });
  return locations ? Object.assign(error, { locations }) : error;
}
