import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { allOf, anyOf, containing, never, type Sql, sql } from '#shared/database/sql.ts';
import { parseTerms, type SearchTerm } from '#shared/input/search-words.ts';
import { referenceKey } from '#shared/input/text-key.ts';

/** A trigram index needs three characters. */
const shortestPart = 3;
/** A part of references is common if more shipments than this have it. */
const rareCount = 200;

/** The ids of customers and vehicles whose names and plates meet a term. */
interface Named {
  readonly organizationIds: readonly string[];
  readonly vehicleIds: readonly string[];
}

/**
 * The condition for the shipments `t` that a search finds, by the words of their own texts, of their customer and of their
 * vehicle. Customers and vehicles are found first: the planner then knows how many shipments belong to them.
 */
export async function finds(em: EntityManager, search: string): Promise<Sql> {
  const alternatives = parseTerms(search);
  if (alternatives.length === 0) return never;
  const queries = [...new Set(alternatives.flatMap((terms) => terms.map(({ query }) => query)))];
  const [names, references] = await Promise.all([
    findNamed(em, queries),
    hasReference(em, partOfReference(search, alternatives)),
  ]);
  const named = new Map(names.map(({ query, ...ids }) => [query, ids]));
  const conditions = alternatives.map((terms) => allOf(terms.map((term) => meets(term, named.get(term.query)))));
  return anyOf([...conditions, references]);
}

function findNamed(em: EntityManager, queries: readonly string[]): Promise<(Named & { readonly query: string })[]> {
  return query(
    em,
    sql`select query,
        array(select organization_id from known_organization where search @@ query::tsquery) as "organizationIds",
        array(select vehicle_id from known_vehicle where search @@ query::tsquery) as "vehicleIds"
      from unnest(${queries}::text[]) term (query)`,
  );
}

/** Each term may be found in another place: "Hawthorn Chicago" is a customer and a city. */
function meets({ query, isExcluded }: SearchTerm, { organizationIds, vehicleIds }: Named = nobody): Sql {
  const places = [sql`t.search @@ ${query}::tsquery`];
  if (organizationIds.length > 0) places.push(sql`t.organization_id = any(${organizationIds}::uuid[])`);
  if (vehicleIds.length > 0) places.push(sql`t.vehicle_id = any(${vehicleIds}::uuid[])`);
  const found = anyOf(places);
  return isExcluded ? sql`${found} is not true` : found;
}

const nobody: Named = { organizationIds: [], vehicleIds: [] };

/** A search of plain words may also be a reference of ours or of the customer, or a part of one, however it is written. */
function partOfReference(search: string, alternatives: readonly (readonly SearchTerm[])[]): string | undefined {
  const isPlain = alternatives.length === 1 && alternatives[0]?.every(({ isExcluded }) => !isExcluded);
  const part = referenceKey(search);
  return isPlain && part.length >= shortestPart ? part : undefined;
}

/**
 * The condition that a reference has this part. PostgreSQL expects far more such shipments than there are, and would read the whole
 * list in its order to find a page of them. So their ids are read first. If the part is common, the order finds a page at once.
 */
async function hasReference(em: EntityManager, part: string | undefined): Promise<Sql> {
  if (part === undefined) return never;
  const pattern = containing(part);
  const hasPart = sql`(t.reference_key like ${pattern} or t.customer_reference_key like ${pattern})`;
  // The limit must not make PostgreSQL read the table instead of the indexes.
  const found = await query<{ id: string }>(
    em,
    sql`with found as materialized (select t.id from shipment t where ${hasPart}) select id from found limit ${rareCount + 1}`,
  );
  return found.length > rareCount ? hasPart : sql`t.id = any(${found.map(({ id }) => id)}::uuid[])`;
}
