import type { NamedMigration } from '#shared/database.ts';
import { CreateAccess } from './0001-access.ts';

export const migrations: readonly NamedMigration[] = [{ name: '0001-access', class: CreateAccess }];
