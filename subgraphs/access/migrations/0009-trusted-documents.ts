import { Migration } from '@mikro-orm/migrations';

/**
 * Documents that organizations and the company register, and what gateways have found out about documents. A row has the version of the access
 * snapshot with which gateways get it.
 */
export class AddTrustedDocuments extends Migration {
  up(): void {
    this.addSql(`
      create table trusted_document (
        id uuid primary key,
        organization_id uuid references organization (id),
        hash text not null,
        name text not null,
        body text not null,
        client_name text not null,
        client_version text not null,
        figures jsonb not null,
        registered_by uuid not null references account (id),
        registered_at timestamptz(3) not null,
        last_used_at timestamptz(3),
        retires_at timestamptz(3),
        version bigint not null,
        unique nulls not distinct (organization_id, hash)
      );
      create index trusted_document_version on trusted_document (version);

      create table document_appraisal (
        account_id uuid not null references account (id),
        hash text not null,
        appraisal jsonb not null,
        appraised_at timestamptz not null,
        primary key (account_id, hash)
      );
      create index document_appraisal_appraised_at on document_appraisal (appraised_at);

      insert into access_version (part, version)
        values ('documents', (extract(epoch from clock_timestamp()) * 1000)::bigint);
    `);
  }
}
