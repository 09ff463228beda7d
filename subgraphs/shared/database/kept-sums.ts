/** Sums over the rows of a table for each organization, which triggers keep in a table of their own. */
export interface KeptSums {
  /** Table with the rows. Its organizations do not change. */
  readonly of: string;
  /** Table with the sums: a row for each organization and slot. The sum of an organization is that over its slots. */
  readonly in: string;
  /** SQL over a row of the table, by the name of its sum. */
  readonly sums: Readonly<Record<string, string>>;
  /** True if updates change a sum. */
  readonly updates: boolean;
}

/** Transactions of this many connections can change the sums of one organization at the same time. */
const slots = 16;

/** The statements of a migration that creates the table of the sums, fills it, and keeps it up to date. */
export function keepSums({ of: rows, in: table, sums, updates }: KeptSums): string {
  const names = Object.keys(sums);
  const changes = (sign: '' | '-', from: string) =>
    `select organization_id, ${names.map((name) => `${sign}(${sums[name]})::bigint as ${name}`).join(', ')} from ${from}`;
  const added = changes('', 'added');
  const removed = changes('-', 'removed');
  return `
    create table ${table} (
      organization_id uuid not null,
      slot smallint not null,
      ${names.map((name) => `${name} bigint not null default 0,`).join('\n')}
      primary key (organization_id, slot)
    );
    insert into ${table} (organization_id, slot, ${names.join(', ')})
      select organization_id, 0, ${names.map((name) => `sum(${name})`).join(', ')} from (${changes('', rows)}) changes group by 1;
    ${trigger(rows, table, names, 'insert', 'new table as added', added)}
    ${trigger(rows, table, names, 'delete', 'old table as removed', removed)}
    ${updates ? trigger(rows, table, names, 'update', 'new table as added old table as removed', `${added} union all ${removed}`) : ''}`;
}

/** A trigger that adds the changes of a statement. A seed fills tables without their keys, so the key is not needed. */
function trigger(
  rows: string,
  table: string,
  names: readonly string[],
  operation: 'insert' | 'delete' | 'update',
  transition: string,
  changes: string,
): string {
  const name = `${table}_${operation}`;
  return `
    create function ${name}() returns trigger language plpgsql set search_path from current as $body$
    declare
      own_slot smallint := pg_backend_pid() % ${slots};
    begin
      insert into ${table} (organization_id, slot)
        select distinct organization_id, own_slot from (${changes}) changes
        where not exists (select from ${table} kept where kept.organization_id = changes.organization_id and slot = own_slot)
        order by organization_id on conflict do nothing;
      -- All transactions lock the sums in the same order.
      perform from ${table} where slot = own_slot and organization_id in (select organization_id from (${changes}) changes)
        order by organization_id for update;
      update ${table} kept set ${names.map((sum) => `${sum} = kept.${sum} + change.${sum}`).join(', ')}
        from (select organization_id, ${names.map((sum) => `sum(${sum}) as ${sum}`).join(', ')} from (${changes}) changes group by 1) change
        where kept.slot = own_slot and kept.organization_id = change.organization_id;
      return null;
    end $body$;
    create trigger ${name} after ${operation} on ${rows} referencing ${transition} for each statement execute function ${name}();`;
}
