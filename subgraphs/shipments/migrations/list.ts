import type { NamedMigration } from '#shared/database.ts';
import { CreateShipments } from './0001-shipments.ts';

export const migrations: readonly NamedMigration[] = [{ name: '0001-shipments', class: CreateShipments }];
