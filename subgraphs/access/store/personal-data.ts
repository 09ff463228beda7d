import { byUuid, type PersonalLists, personalList, personalRows } from '#shared/database/personal-lists.ts';
import { rowsFrom } from '#shared/database/rows.ts';
import { sql } from '#shared/database/sql.ts';
import { AccountEntity, ApiKeyEntity, AuditEntryEntity, SessionEntity, TrustedDocumentEntity } from '../entities.ts';

interface SecondFactor {
  readonly accountId: string;
  readonly createdAt: Date;
  readonly confirmedAt: Date | null;
}
const secondFactorRows = rowsFrom<SecondFactor>(
  { accountId: 'account_id', createdAt: 'created_at', confirmedAt: 'confirmed_at' },
  ['createdAt', 'confirmedAt'],
);

/** What the access subgraph holds of a person, without secrets and their hashes. */
export const personalLists: PersonalLists = {
  account: personalList(AccountEntity, {
    order: byUuid('id'),
    of: ({ accountId }) => sql`t.id = ${accountId}`,
    without: ['nameKey', 'passwordHash'],
  }),
  sessions: personalList(SessionEntity, {
    order: byUuid('id'),
    of: ({ accountId }) => sql`t.account_id = ${accountId}`,
    without: ['tokenHash'],
  }),
  secondFactor: personalRows<SecondFactor>(secondFactorRows, 'second_factor', {
    order: byUuid('accountId', 't.account_id'),
    of: ({ accountId }) => sql`t.account_id = ${accountId}`,
  }),
  apiKeys: personalList(ApiKeyEntity, {
    order: byUuid('id'),
    of: ({ accountId }) =>
      sql`t.id in (select target_id from audit.entry where actor_id = ${accountId} and action = 'API_KEY_CREATED')`,
    without: ['hash', 'previousHash', 'signingPublicKey', 'previousSigningPublicKey'],
  }),
  documents: personalList(TrustedDocumentEntity, {
    order: byUuid('id'),
    of: ({ accountId }) => sql`t.registered_by = ${accountId}`,
    without: ['figures', 'contract', 'version'],
  }),
  auditEntries: personalList(AuditEntryEntity, {
    order: byUuid('id'),
    of: ({ accountId }) => sql`t.actor_id = ${accountId} or t.target_id = ${accountId}`,
    // Who else acted is another person's data, and so are the changes of other records.
    show: (entry, { accountId }) => {
      const { id, at, subgraph, action, targetKind, targetId, changes, actorId, apiKeyId, clientAddress } = entry;
      const own = actorId === accountId ? { actorId, apiKeyId, clientAddress } : {};
      return { id, at, subgraph, action, targetKind, targetId, ...own, ...(targetId === accountId ? { changes } : {}) };
    },
  }),
};
