import { Migration } from '@mikro-orm/migrations';

/** Shipments store when they last changed and why they were cancelled; changes of their data are recorded field by field. */
export class RecordChanges extends Migration {
  up(): void {
    this.addSql(`
      alter table shipment add column updated_at timestamptz(3), add column cancelled_at timestamptz(3), add column cancel_reason text;
      update shipment set updated_at = greatest(status_changed_at, created_at),
        cancelled_at = case when status = 'CANCELLED' then status_changed_at end,
        cancel_reason = case when status = 'CANCELLED' then (
          select note from shipment_event e where e.shipment_id = shipment.id and e.to_status = 'CANCELLED'
          order by version desc limit 1) end;
      alter table shipment alter column updated_at set not null;
      create index shipment_updated on shipment (updated_at desc, id desc);
      create index shipment_organization_updated on shipment (organization_id, updated_at desc, id desc);
      create table shipment_change (
        id uuid primary key,
        shipment_id uuid not null references shipment on delete cascade,
        version int not null,
        changed_at timestamptz(3) not null,
        account_id uuid not null,
        fields jsonb not null,
        unique (shipment_id, version)
      );
    `);
  }
}
