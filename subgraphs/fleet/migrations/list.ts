import type { NamedMigration } from '#shared/database/database.ts';
import { CreateFleet } from './0001-fleet.ts';
import { MoveKeyedCalls } from './0002-keyed-calls.ts';
import { AddTextKeys } from './0003-text-keys.ts';
import { AddWhereabouts } from './0004-whereabouts.ts';
import { IndexCurrentWork } from './0005-current-work.ts';
import { IndexReferenceParts } from './0006-reference-parts.ts';
import { RemakeKeys } from './0007-letter-keys.ts';
import { IndexLongHistory } from './0008-long-history.ts';
import { KeepTotals } from './0009-kept-totals.ts';
import { IndexShiftAge } from './0010-shift-age.ts';
import { SealDrivers } from './0011-sealed-drivers.ts';

export const migrations: readonly NamedMigration[] = [
  { name: '0001-fleet', class: CreateFleet },
  { name: '0002-keyed-calls', class: MoveKeyedCalls },
  { name: '0003-text-keys', class: AddTextKeys },
  { name: '0004-whereabouts', class: AddWhereabouts },
  { name: '0005-current-work', class: IndexCurrentWork },
  { name: '0006-reference-parts', class: IndexReferenceParts },
  { name: '0007-letter-keys', class: RemakeKeys },
  { name: '0008-long-history', class: IndexLongHistory },
  { name: '0009-kept-totals', class: KeepTotals },
  { name: '0010-shift-age', class: IndexShiftAge },
  { name: '0011-sealed-drivers', class: SealDrivers },
];
