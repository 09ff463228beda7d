import { Migration } from '@mikro-orm/migrations';

/**
 * Notes the version of the access snapshot with which gateways get the current state of an API key, so that they read changed keys only.
 * The versions stand in a table of their own: triggers write it under the lock of `access_version` and so lock no key after it, which could be part of a
 * deadlock. Every trigger first locks the row of the keys, so that transactions that change several parts wait in one order. `since` is the oldest version whose later changes are known.
 */
export class AddKeyVersions extends Migration {
  up(): void {
    this.addSql(`
      create table api_key_version (api_key_id uuid primary key, version bigint not null);
      create index api_key_version_version on api_key_version (version);
      alter table access_version add column since bigint;
      update access_version set since = version where part = 'keys';

      create or replace function raise_access_version() returns trigger language plpgsql set search_path from current as $body$
        declare
          raised bigint;
        begin
          perform from access_version where part = 'keys' for update;
          update access_version set version = version + 1 where part = any(tg_argv);
          if not 'keys' = any(tg_argv) then
            return null;
          end if;
          select version into raised from access_version where part = 'keys';
          insert into api_key_version (api_key_id, version)
            select id, raised from api_key where case tg_table_name
              when 'account' then account_id = new.id
              when 'organization' then organization_id = new.id
              else id = new.id
            end
            on conflict (api_key_id) do update set version = excluded.version;
          return null;
        end $body$;
    `);
  }
}
