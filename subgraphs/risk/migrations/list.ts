import type { NamedMigration } from '#shared/database/database.ts';
import { CreateRisk } from './0001-risk.ts';
import { MoveKeyedCalls } from './0002-keyed-calls.ts';
import { AddShipmentVersion } from './0003-shipment-version.ts';
import { AddTextKeys } from './0004-text-keys.ts';
import { RemakeKeys } from './0005-letter-keys.ts';
import { IndexLongHistory } from './0006-long-history.ts';
import { KeepTotals } from './0007-kept-totals.ts';
import { IndexBookingsOfAccount } from './0008-bookings-of-account.ts';
import { SealAddresses } from './0009-sealed-addresses.ts';

export const migrations: readonly NamedMigration[] = [
  { name: '0001-risk', class: CreateRisk },
  { name: '0002-keyed-calls', class: MoveKeyedCalls },
  { name: '0003-shipment-version', class: AddShipmentVersion },
  { name: '0004-text-keys', class: AddTextKeys },
  { name: '0005-letter-keys', class: RemakeKeys },
  { name: '0006-long-history', class: IndexLongHistory },
  { name: '0007-kept-totals', class: KeepTotals },
  { name: '0008-bookings-of-account', class: IndexBookingsOfAccount },
  { name: '0009-sealed-addresses', class: SealAddresses },
];
