import type { Migration } from '@mikro-orm/migrations';

export type { EntityManager } from '@mikro-orm/postgresql';

export interface NamedMigration {
  readonly name: string;
  readonly class: new (...args: ConstructorParameters<typeof Migration>) => Migration;
}
