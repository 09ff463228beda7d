import type { QueryResult, QueryResultRow } from 'pg';
import { findOutage, isLostConnection } from '../../errors/outage.ts';
import type { LogPosition } from '../../identity/log-position.ts';
import type { DirectStatements, Statements } from '../direct-statements.ts';
import type { Standby } from './standby.ts';

/**
 * Runs the reads of one request on the standby if it may answer them, else on the primary. The first statement decides. A statement that the standby
 * loses or refuses runs on the primary, and so do all later ones: a request never reads older rows after newer ones. While the primary is away, the
 * standby gets the statement a second time.
 */
export class RoutedStatements implements Statements {
  readonly #standby: Standby;
  readonly #readAfter: LogPosition;
  readonly #onStandby: DirectStatements;
  readonly #onPrimary: DirectStatements;
  #server: 'undecided' | 'standby' | 'primary' = 'undecided';

  constructor(
    standby: Standby,
    readAfter: LogPosition,
    { onStandby, onPrimary }: { readonly onStandby: DirectStatements; readonly onPrimary: DirectStatements },
  ) {
    this.#standby = standby;
    this.#readAfter = readAfter;
    this.#onStandby = onStandby;
    this.#onPrimary = onPrimary;
  }

  async run<R extends QueryResultRow>(text: string, values: unknown[]): Promise<QueryResult<R>> {
    if (this.#server === 'undecided') this.#server = this.#standby.mayAnswer(this.#readAfter) ? 'standby' : 'primary';
    if (this.#server === 'primary') return this.#onPrimary.run<R>(text, values);
    try {
      return await this.#onStandby.run<R>(text, values);
    } catch (error) {
      if (!mayRepeat(error)) throw error;
      if (this.#standby.isAlone) return this.#onStandby.run<R>(text, values);
      if (isLostConnection(error)) this.#standby.lose();
      if (this.#server === 'standby') this.#standby.fellBack('statement');
      this.#server = 'primary';
      return this.#onPrimary.run<R>(text, values);
    }
  }
}

/**
 * The standby is away, or refuses for its own reasons: a conflict with recovery (40001), a statement that writes (25006), no free connection.
 * A statement that took too long or was cancelled would do so on the primary, too.
 */
function mayRepeat(error: unknown): boolean {
  return findOutage(error) === 'SERVICE_UNAVAILABLE';
}
