import pg from 'pg';

/** Schema of the audit trail. It belongs to the administrator, so that no subgraph can change or drop what is in it. */
export const auditSchema = 'audit';
/** The subgraph that keeps the audit trail. */
export const auditKeeper = 'access';
/** Days for which the trail keeps failed sign-ins and refusals, which every client can cause. */
export const daysOfFailures = 90;

/** Each statement may be repeated. Entries and links of the chain are never changed. */
const statements = [
  `create schema if not exists ${auditSchema}`,
  `create table if not exists ${auditSchema}.entry (
    id uuid primary key,
    at timestamptz(3) not null,
    subgraph text not null,
    action text not null,
    actor_id uuid,
    api_key_id uuid,
    target_kind text,
    target_id uuid,
    changes jsonb not null,
    request_id text not null,
    client_request_id text,
    client_address inet,
    check ((target_kind is null) = (target_id is null))
  )`,
  `create index if not exists entry_at on ${auditSchema}.entry (at desc, id desc)`,
  `create index if not exists entry_actor on ${auditSchema}.entry (actor_id, at desc, id desc)`,
  `create index if not exists entry_target on ${auditSchema}.entry (target_id, at desc, id desc)`,
  `create index if not exists entry_action on ${auditSchema}.entry (action, at desc, id desc)`,
  `create table if not exists ${auditSchema}.response (
    request_id text primary key,
    sha256 text not null,
    status int not null,
    at timestamptz(3) not null
  )`,
  `create table if not exists ${auditSchema}.refusal (
    id uuid primary key,
    minute timestamptz(0) not null,
    caller text not null,
    code text not null,
    count int not null,
    operation text,
    document_id text,
    request_id text not null
  )`,
  `create index if not exists refusal_minute on ${auditSchema}.refusal (minute desc, id desc)`,
  `create index if not exists refusal_caller on ${auditSchema}.refusal (caller, minute desc, id desc)`,
  `create index if not exists refusal_code on ${auditSchema}.refusal (code, minute desc, id desc)`,
  // The chain: each link has the hash of its record and of the link before it.
  `create table if not exists ${auditSchema}.link (
    sequence bigint primary key,
    kind text not null,
    record_id text not null,
    record_hash text not null,
    expires_at timestamptz(3),
    previous_hash text not null,
    hash text not null unique,
    unique (kind, record_id)
  )`,
  // Records that have no link yet, in the order in which they will get one.
  `create table if not exists ${auditSchema}.unsealed (
    position bigint generated always as identity primary key,
    kind text not null,
    record_id text not null
  )`,
  `create or replace function ${auditSchema}.queue_record() returns trigger language plpgsql as $body$
    begin
      execute format('insert into ${auditSchema}.unsealed (kind, record_id) select %L, %I::text from added', tg_argv[0], tg_argv[1]);
      return null;
    end $body$`,
  ...[
    ['entry', 'id'],
    ['response', 'request_id'],
    ['refusal', 'id'],
  ].map(
    ([table, key]) =>
      `create or replace trigger queue_record after insert on ${auditSchema}.${table} referencing new table as added
        for each statement execute function ${auditSchema}.queue_record('${table}', '${key}')`,
  ),
  ...['link', 'unsealed'].map(
    (table) =>
      `do $$ begin
        if not exists (select from pg_constraint where conname = '${table}_kind' and conrelid = '${auditSchema}.${table}'::regclass) then
          alter table ${auditSchema}.${table} add constraint ${table}_kind check (kind in ('entry', 'response', 'refusal')) not valid;
        end if;
      end $$`,
  ),
  // The only deletion: of failed sign-ins and refusals that are too old. Runs with the rights of the administrator.
  `create or replace function ${auditSchema}.delete_expired() returns void language sql security definer
    set search_path = pg_catalog, pg_temp as $body$
      delete from ${auditSchema}.entry where id in (
        select id from ${auditSchema}.entry where action = 'SIGN_IN_FAILED' and at < now() - interval '${daysOfFailures} days'
        order by at limit 100);
      delete from ${auditSchema}.refusal where id in (
        select id from ${auditSchema}.refusal where minute < now() - interval '${daysOfFailures} days' order by minute limit 100);
    $body$`,
  `revoke all on function ${auditSchema}.delete_expired() from public`,
];

/** Installs the tables of the audit trail. The role of the access subgraph may add to them and read them. */
export async function installAudit(client: pg.Client, keeperRole: string | undefined): Promise<void> {
  for (const statement of statements) await client.query(statement);
  if (keeperRole === undefined) return;
  const to = pg.escapeIdentifier(keeperRole);
  await client.query(`grant usage on schema ${auditSchema} to ${to}`);
  for (const table of ['entry', 'response', 'refusal', 'link'])
    await client.query(`grant select, insert on ${auditSchema}.${table} to ${to}`);
  await client.query(`grant select, insert, delete on ${auditSchema}.unsealed to ${to}`);
  await client.query(`grant execute on function ${auditSchema}.delete_expired() to ${to}`);
}
