import type { GraphQLFormattedError } from 'graphql';

/** An error as Apollo Server formats it, with the original error. Masking needs both. */
export class UnmaskedError implements GraphQLFormattedError {
  readonly message: string;
  readonly formatted: GraphQLFormattedError;
  readonly original: unknown;

  constructor(formatted: GraphQLFormattedError, original: unknown) {
    this.message = formatted.message;
    this.formatted = formatted;
    this.original = original;
  }
}
