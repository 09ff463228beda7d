import { Migration } from '@mikro-orm/migrations';
import { keepSums } from '#shared/database/kept-sums.ts';

/** The numbers of current assessments are kept by organization and decision. */
export class KeepTotals extends Migration {
  up(): void {
    const sums = {
      allowed: "(current and decision = 'ALLOW')::int",
      reviewed: "(current and decision = 'REVIEW')::int",
      blocked: "(current and decision = 'BLOCK')::int",
    };
    this.addSql(keepSums({ of: 'assessment', in: 'assessment_count', sums, updates: true }));
  }
}
