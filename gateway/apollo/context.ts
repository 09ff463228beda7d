import type { BaseContext } from '@apollo/server';
import type { Checked } from '../pipeline/stages.ts';

/** The context value of Apollo Server. */
export interface ApolloContext extends BaseContext {
  readonly checked: Checked;
  readonly signal: AbortSignal;
}
