import type { NamedMigration } from '#shared/database.ts';
import { CreateFleet } from './0001-fleet.ts';

export const migrations: readonly NamedMigration[] = [{ name: '0001-fleet', class: CreateFleet }];
