import { Migration } from '@mikro-orm/migrations';

/**
 * Marks positions that the vehicle cannot have driven to. Positions stored before stay unmarked, and lengths of tracks leave
 * out their jumps. `told_at` is the time of the position that other subgraphs were told last.
 */
export class MarkDoubtfulPositions extends Migration {
  up(): void {
    this.addSql('alter table position_history add column doubtful boolean not null default false');
    this.addSql('alter table vehicle_position add column told_at timestamptz(3)');
  }
}
