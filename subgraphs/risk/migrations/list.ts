import type { NamedMigration } from '#shared/database.ts';
import { CreateRisk } from './0001-risk.ts';

export const migrations: readonly NamedMigration[] = [{ name: '0001-risk', class: CreateRisk }];
