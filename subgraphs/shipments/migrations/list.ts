import type { NamedMigration } from '#shared/database/database.ts';
import { CreateShipments } from './0001-shipments.ts';
import { MoveKeyedCalls } from './0002-keyed-calls.ts';
import { RecordChanges } from './0003-changes.ts';
import { AddTextKeys } from './0004-text-keys.ts';
import { IndexVehicles } from './0005-vehicle-list.ts';
import { AddArrivals } from './0006-arrivals.ts';
import { IndexValuesByCurrency } from './0007-value-order.ts';
import { AddCustomerReferences } from './0008-customer-references.ts';
import { AddLoadVersion } from './0009-load-version.ts';
import { MarkDoubtfulPlaces } from './0010-doubtful-places.ts';
import { RemakeKeys } from './0011-letter-keys.ts';
import { IndexLongHistory } from './0012-long-history.ts';
import { IndexRegions } from './0013-regions.ts';
import { SealContacts } from './0014-sealed-contacts.ts';
import { AddContactErasures } from './0015-contact-erasures.ts';
import { FindOldContacts } from './0016-old-contacts.ts';
import { ForgetImportOutcomes } from './0017-import-outcomes.ts';

export const migrations: readonly NamedMigration[] = [
  { name: '0001-shipments', class: CreateShipments },
  { name: '0002-keyed-calls', class: MoveKeyedCalls },
  { name: '0003-changes', class: RecordChanges },
  { name: '0004-text-keys', class: AddTextKeys },
  { name: '0005-vehicle-list', class: IndexVehicles },
  { name: '0006-arrivals', class: AddArrivals },
  { name: '0007-value-order', class: IndexValuesByCurrency },
  { name: '0008-customer-references', class: AddCustomerReferences },
  { name: '0009-load-version', class: AddLoadVersion },
  { name: '0010-doubtful-places', class: MarkDoubtfulPlaces },
  { name: '0011-letter-keys', class: RemakeKeys },
  { name: '0012-long-history', class: IndexLongHistory },
  { name: '0013-regions', class: IndexRegions },
  { name: '0014-sealed-contacts', class: SealContacts },
  { name: '0015-contact-erasures', class: AddContactErasures },
  { name: '0016-old-contacts', class: FindOldContacts },
  {
    name: '0017-import-outcomes',
    class: ForgetImportOutcomes,
    deletes: [
      { what: 'keyed_call', why: 'the outcomes had personal data; a repeated import skips what it has imported' },
    ],
  },
];
