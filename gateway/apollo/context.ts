import type { BaseContext } from '@apollo/server';
import type { Checked } from '../pipeline/stages.ts';

/** What Apollo Server carries along as its context value. */
export interface ApolloContext extends BaseContext {
  readonly checked: Checked;
  readonly signal: AbortSignal;
}
