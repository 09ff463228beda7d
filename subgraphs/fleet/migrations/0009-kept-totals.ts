import { Migration } from '@mikro-orm/migrations';
import { keepSums } from '#shared/database/kept-sums.ts';

/** The numbers of assignments are kept by organization. */
export class KeepTotals extends Migration {
  up(): void {
    this.addSql(keepSums({ of: 'assignment', in: 'assignment_count', sums: { assignments: '1' }, updates: false }));
  }
}
