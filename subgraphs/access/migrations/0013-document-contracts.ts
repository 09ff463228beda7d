import { Migration } from '@mikro-orm/migrations';

/** What the owners of registered documents have agreed. Earlier documents get the default: the maximum price that a gateway computed. */
export class AddDocumentContracts extends Migration {
  up(): void {
    this.addSql(`
      alter table trusted_document add column contract jsonb;
      update trusted_document t set contract = jsonb_build_object(
        'tier', coalesce((select o.tier from organization o where o.id = t.organization_id), 'ENTERPRISE'),
        'maximumPrice', greatest(ceil((t.figures ->> 'maximum')::numeric), 1),
        'timeoutMs', null, 'cacheMaxAgeSeconds', null, 'onError', null, 'scopes', jsonb_build_array());
      alter table trusted_document alter column contract set not null;
      create index trusted_document_by_age on trusted_document (organization_id, registered_at, id);
    `);
  }
}
