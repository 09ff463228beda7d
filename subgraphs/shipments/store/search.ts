import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { allOf, anyOf, containing, never, type Sql, sql } from '#shared/database/sql.ts';
import { parseTerms, type SearchTerm } from '#shared/input/search-words.ts';
import { referenceKey } from '#shared/input/text-key.ts';

/** A trigram index needs three characters. */
const shortestPart = 3;

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
  const named = new Map((await findNamed(em, queries)).map(({ query, ...ids }) => [query, ids]));
  const conditions = alternatives.map((terms) => allOf(terms.map((term) => meets(term, named.get(term.query)))));
  return anyOf([...conditions, ...partOfReference(search, alternatives)]);
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
function partOfReference(search: string, alternatives: readonly (readonly SearchTerm[])[]): Sql[] {
  const isPlain = alternatives.length === 1 && alternatives[0]?.every(({ isExcluded }) => !isExcluded);
  const part = referenceKey(search);
  if (!isPlain || part.length < shortestPart) return [];
  const pattern = containing(part);
  return [sql`t.reference_key like ${pattern}`, sql`t.customer_reference_key like ${pattern}`];
}
