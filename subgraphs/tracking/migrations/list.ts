import type { NamedMigration } from '#shared/database/database.ts';
import { CreateTracking } from './0001-tracking.ts';
import { MoveKeyedCalls } from './0002-keyed-calls.ts';
import { MarkDoubtfulPositions } from './0003-doubtful-positions.ts';
import { AddTextKeys } from './0004-text-keys.ts';
import { RemakeKeys } from './0005-letter-keys.ts';

/** Every migration of this subgraph, oldest first. */
export const migrations: readonly NamedMigration[] = [
  { name: '0001-tracking', class: CreateTracking },
  { name: '0002-keyed-calls', class: MoveKeyedCalls },
  { name: '0003-doubtful-positions', class: MarkDoubtfulPositions },
  { name: '0004-text-keys', class: AddTextKeys },
  { name: '0005-letter-keys', class: RemakeKeys },
];
