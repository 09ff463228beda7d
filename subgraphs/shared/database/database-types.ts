import type { Migration } from '@mikro-orm/migrations';

export type { EntityManager } from '@mikro-orm/postgresql';

export interface NamedMigration {
  readonly name: string;
  readonly class: new (...args: ConstructorParameters<typeof Migration>) => Migration;
  /** What it takes away from code of the former release, which therefore must not use it (docs/guides/release.md). */
  readonly contracts?: readonly Contract[];
  readonly deletes?: readonly Deletion[];
}

/** A part of the schema, such as `shipment.lane`, and the first release whose code does without it. */
export interface Contract {
  readonly what: string;
  readonly unusedSince: string;
}

/** A table of the former release from which a migration deletes rows. */
export interface Deletion {
  readonly what: string;
  /** Why nobody misses them, also after a return to the former release. */
  readonly why: string;
}
