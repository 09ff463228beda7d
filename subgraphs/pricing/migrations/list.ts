import type { NamedMigration } from '#shared/database/database.ts';
import { CreatePricing } from './0001-pricing.ts';
import { MoveKeyedCalls } from './0002-keyed-calls.ts';
import { AddShipmentVersion } from './0003-shipment-version.ts';
import { AddBillingDetails } from './0004-billing-details.ts';
import { AddTextKeys } from './0005-text-keys.ts';
import { IndexNumberParts } from './0006-number-parts.ts';
import { RemakeKeys } from './0007-letter-keys.ts';
import { KeepBalances } from './0008-long-history.ts';

/** Every migration of this subgraph, oldest first. */
export const migrations: readonly NamedMigration[] = [
  { name: '0001-pricing', class: CreatePricing },
  { name: '0002-keyed-calls', class: MoveKeyedCalls },
  { name: '0003-shipment-version', class: AddShipmentVersion },
  { name: '0004-billing-details', class: AddBillingDetails },
  { name: '0005-text-keys', class: AddTextKeys },
  { name: '0006-number-parts', class: IndexNumberParts },
  { name: '0007-letter-keys', class: RemakeKeys },
  { name: '0008-long-history', class: KeepBalances },
];
