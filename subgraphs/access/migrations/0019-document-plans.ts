import { Migration } from '@mikro-orm/migrations';

/** Query plans of registered documents, which gateways share. `supergraph` is a hash of the supergraph and of the planner. */
export class AddDocumentPlans extends Migration {
  up(): void {
    this.addSql(`
      create table document_plan (
        supergraph text not null,
        document text not null,
        key text not null,
        plan text not null,
        made_at timestamptz not null default now(),
        primary key (supergraph, document, key)
      );
      create index document_plan_made_at on document_plan (made_at);
    `);
  }
}
