import { Migration } from '@mikro-orm/migrations';

/**
 * Refuses changes of drivers and of their busy days by processes of an older release, which do not keep the sums of all drivers.
 * The queue delivers the events again, to a process that keeps them.
 */
export class RequireFleetDays extends Migration {
  up(): void {
    this.addSql(`
      create function require_fleet_days() returns trigger language plpgsql as $body$
      begin
        if current_setting('analytics.fleet_days', true) is distinct from 'kept' then
          raise exception 'This process does not keep the sums of all drivers. End the analytics processes of the older release.';
        end if;
        return new;
      end $body$;
      create trigger require_fleet_days_insert before insert on driver_day
        for each row when (new.loads_carried <> 0) execute function require_fleet_days();
      create trigger require_fleet_days_update before update on driver_day
        for each row when (new.loads_carried <> old.loads_carried) execute function require_fleet_days();
      create trigger require_fleet_days before insert or update on driver_change
        for each row execute function require_fleet_days();
    `);
  }
}
