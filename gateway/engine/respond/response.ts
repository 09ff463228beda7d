import type { GraphQLFormattedError } from 'graphql';
import type { EngineError } from '../errors.ts';

/** A finished response: `data` is JSON text already, so that nobody has to serialize it again. */
export interface EngineResponse {
  /** JSON text of `data`; undefined when the operation didn't run at all. */
  readonly data: string | undefined;
  readonly errors: readonly EngineError[];
}

interface Writable extends Pick<EngineResponse, 'data'> {
  readonly errors: readonly GraphQLFormattedError[];
}

/** The whole body of a GraphQL response. `extensions` is JSON text too. */
export function responseText({ data, errors }: Writable, extensions?: string): string {
  let text = '{';
  if (errors.length > 0) text += `"errors":${JSON.stringify(errors)}`;
  if (data !== undefined) text += `${errors.length > 0 ? ',' : ''}"data":${data}`;
  if (extensions !== undefined) text += `,"extensions":${extensions}`;
  return `${text}}`;
}
