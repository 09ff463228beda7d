import { type Identity, isStaff } from '#shared/identity/identity.ts';

/** A piece of SQL with a `?` per parameter. */
export interface Sql {
  readonly text: string;
  readonly parameters: readonly unknown[];
}

/**
 * The shipments (alias `s`) that an identity may see: staff all, others those of their organization and those assigned to
 * them as drivers. Every statement that reads shipments for somebody contains it.
 */
export function visibleTo(identity: Identity): Sql {
  if (isStaff(identity)) return { text: 'true', parameters: [] };
  if (identity.kind === 'anonymous') return { text: 'false', parameters: [] };
  const { organizationId, driverId } = identity;
  const ways: Sql[] = [];
  if (organizationId !== null) ways.push({ text: 's.organization_id = ?', parameters: [organizationId] });
  if (driverId !== null) ways.push({ text: 's.driver_id = ?', parameters: [driverId] });
  return anyOf(ways);
}

export function allOf(conditions: readonly Sql[]): Sql {
  return joined(conditions, ' and ', 'true');
}

function anyOf(conditions: readonly Sql[]): Sql {
  return joined(conditions, ' or ', 'false');
}

function joined(conditions: readonly Sql[], operator: string, none: string): Sql {
  if (conditions.length === 0) return { text: none, parameters: [] };
  return {
    text: `(${conditions.map(({ text }) => text).join(operator)})`,
    parameters: conditions.flatMap(({ parameters }) => parameters),
  };
}

/** PostgreSQL's text form of an array; only for values that hold no quotes, commas or braces (ids, enum values). */
export function arrayOf(values: readonly string[]): string {
  return `{${values.join(',')}}`;
}
