/** When the rows of a table are deleted. */
export type KeptUntil =
  /** The purge deletes a row this many days after the time in its column, which has an index. */
  | { readonly kind: 'DAYS'; readonly days: number; readonly after: string; readonly isMilliseconds?: boolean }
  /** A chore of the subgraph with rules of its own deletes them. */
  | { readonly kind: 'CHORE'; readonly chore: string; readonly when: string }
  /** PostgreSQL or a library deletes them. */
  | { readonly kind: 'BUILT_IN'; readonly by: string; readonly when: string }
  /** Nothing deletes them by their age. */
  | { readonly kind: 'STAYS' };

export interface TableRetention {
  /** What its rows hold of persons and of the business. */
  readonly holds: string;
  readonly until: KeptUntil;
  /** Why the rows are kept so long. */
  readonly why: string;
}

/** The rule of each table of a schema, by its name. */
export type Retention = Readonly<Record<string, TableRetention>>;

/** @param isMilliseconds true: the column has milliseconds since 1970 instead of a time */
export function days(count: number, after: string, isMilliseconds = false): KeptUntil {
  return { kind: 'DAYS', days: count, after, isMilliseconds };
}

export function chore(name: string, when: string): KeptUntil {
  return { kind: 'CHORE', chore: name, when };
}

export function builtIn(by: string, when: string): KeptUntil {
  return { kind: 'BUILT_IN', by, when };
}

export const stays: KeptUntil = { kind: 'STAYS' };

/** The tables that every subgraph has. */
export const sharedRetention: Retention = {
  migrations: { holds: 'names of migrations', until: stays, why: 'few rows; the next migration needs them' },
  seeded: { holds: 'the seed of the demo data', until: stays, why: 'one row' },
  key_check: {
    holds: 'texts that show whether FIELD_KEYS and BLIND_INDEX_KEY are those of the database',
    until: stays,
    why: 'one row',
  },
  chore: { holds: 'when repeated work is due', until: stays, why: 'few rows' },
  processed_event: {
    holds: 'ids of handled events',
    until: days(190, 'processed_at'),
    why: 'an event can wait 90 days in a queue and 90 in its dead letter queue, and must not be handled twice',
  },
  keyed_call: {
    holds: 'idempotency keys of an account, with ids of records',
    until: days(90, 'created_at'),
    why: 'a client may repeat a call after an outage',
  },
};

/** The tables of pg-boss (schema `jobs`), by the settings of its queues: see `installJobs`. */
export const jobsRetention: Retention = {
  '*': {
    holds: 'payloads of events, such as the e-mail address of a new account',
    until: builtIn('pg-boss', '3 days after an event was handled, 90 days if it was not'),
    why: 'to look into failures; an outage of a subgraph must lose no event',
  },
};
