import { z } from 'zod';

/** A node of a plan as EXPLAIN (ANALYZE, BUFFERS, VERBOSE, FORMAT JSON) prints it. Counts of rows are means over the loops. */
export interface PlanNode {
  readonly 'Node Type': string;
  readonly Schema?: string | undefined;
  readonly 'Relation Name'?: string | undefined;
  readonly 'Index Name'?: string | undefined;
  /** Over all loops. */
  readonly 'Index Searches'?: number | undefined;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number | undefined;
  readonly 'Rows Removed by Index Recheck'?: number | undefined;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly PlanNode[] | undefined;
}

const planNode: z.ZodType<PlanNode> = z.object({
  'Node Type': z.string(),
  Schema: z.string().optional(),
  'Relation Name': z.string().optional(),
  'Index Name': z.string().optional(),
  'Index Searches': z.number().optional(),
  'Actual Rows': z.number(),
  'Actual Loops': z.number(),
  'Rows Removed by Filter': z.number().optional(),
  'Rows Removed by Index Recheck': z.number().optional(),
  'Shared Hit Blocks': z.number(),
  'Shared Read Blocks': z.number(),
  get Plans() {
    return z.array(planNode).optional();
  },
});

export const explained = z.tuple([z.object({ Plan: planNode })]);

/** The rows of a table that a statement read, whether it needed them or not. */
export interface Reading {
  /** Name of the table with its schema. */
  readonly table: string;
  readonly rows: number;
  /** True if the statement read the table from its beginning to its end. */
  readonly isScan: boolean;
}

/** Pages of tables and indexes that the plan touched, in memory or not. */
export function buffersOf(plan: PlanNode): number {
  return plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
}

/** What each node of the plan read from a table. */
export function readingsOf(node: PlanNode): Reading[] {
  const below = (node.Plans ?? []).flatMap(readingsOf);
  const { Schema: schema, 'Relation Name': relation, 'Node Type': type } = node;
  if (relation === undefined || !type.includes('Scan')) return below;
  const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
  const rows = Math.round((node['Actual Rows'] + removed) * node['Actual Loops']);
  // A node without loops was not needed.
  const isScan = type.includes('Seq Scan') && node['Actual Loops'] > 0;
  return [...below, { table: `${schema}.${relation}`, rows, isScan }];
}

/** How often a statement went from the root of an index to a leaf. */
export interface Search {
  /** Name of the index with its schema. */
  readonly index: string;
  readonly searches: number;
}

/** The searches of each node of the plan. @param schema of the node above; a bitmap of an index names none */
export function searchesOf(node: PlanNode, schema?: string): Search[] {
  const { Schema: own = schema, 'Index Name': index, 'Index Searches': searches = 0 } = node;
  const below = (node.Plans ?? []).flatMap((plan) => searchesOf(plan, own));
  return index === undefined ? below : [...below, { index: `${own}.${index}`, searches }];
}
