import type { GraphQLFormattedError } from 'graphql';
import type { EngineError } from '../errors.ts';

/** A complete response. `data` is JSON text and is sent as it is. */
export interface EngineResponse {
  /** The JSON text of `data`; undefined when the operation didn't run. */
  readonly data: string | undefined;
  readonly errors: readonly EngineError[];
  /** The cost of the values in `data`; undefined if the executor does not measure it. */
  readonly cost?: number;
}

interface Writable extends Pick<EngineResponse, 'data'> {
  readonly errors: readonly GraphQLFormattedError[];
}

/** The body of a GraphQL response. @param extensions a JSON text */
export function responseText({ data, errors }: Writable, extensions?: string): string {
  let text = '{';
  if (errors.length > 0) text += `"errors":${JSON.stringify(errors)}`;
  if (data !== undefined) text += `${errors.length > 0 ? ',' : ''}"data":${data}`;
  if (extensions !== undefined) text += `,"extensions":${extensions}`;
  return `${text}}`;
}
