import type { Catalog, Fact } from './catalog.ts';

/** Something that code of the former release may trip over. */
export interface Contraction {
  /** Such as `shipment.lane`. */
  readonly what: string;
  readonly says: string;
}

/** Compares a schema with the one of the former release. What was added and asks nothing of the former version is no contraction. */
export function findContractions(before: Catalog, after: Catalog): readonly Contraction[] {
  const tables = new Set([...before.values()].filter(({ kind }) => kind === 'table').map(({ name }) => name));
  const changed = [...before]
    .filter(([, fact]) => !goesWithTable(fact, after))
    .flatMap(([key, fact]) => describeChange(fact, after.get(key)));
  const added = [...after].filter(([key]) => !before.has(key)).flatMap(([, fact]) => describeDemand(fact, tables));
  return [...changed, ...added];
}

/** The table itself is reported. */
const goesWithTable = ({ kind, table }: Fact, after: Catalog): boolean =>
  (kind === 'grant' || kind === 'policy') && !after.has(`table ${table}`);

function describeChange(before: Fact, after: Fact | undefined): readonly Contraction[] {
  const { kind, name } = before;
  const found = (says: string): readonly Contraction[] => [{ what: name, says: `the ${kind} ${name} ${says}` }];
  // Without a constraint or trigger, more can be written than before.
  if (!after) return kind === 'constraint' || kind === 'trigger' ? [] : found('is gone');
  if (before.id !== after.id) return found('is another one than before, without its values');
  if (before.definition !== after.definition && kind === 'function') return found('has another body or other rights');
  if (before.definition !== after.definition)
    return found(`changes from "${before.definition}" to "${after.definition}"`);
  if (!before.isRequired && after.isRequired) return found('must not be null any more');
  if (before.isRequired && !after.isRequired) return found('may be null now, which the former version does not expect');
  if (after.isRequired && before.isFilled && !after.isFilled) return found('has no default any more');
  return [];
}

/** What a new part asks of tables that the former version writes. */
function describeDemand({ kind, name, table, definition, isRequired, isFilled }: Fact, tables: ReadonlySet<string>) {
  const found = (says: string): readonly Contraction[] => [{ what: name, says: `the ${kind} ${name} ${says}` }];
  if (table === null || kind === 'grant') return [];
  if (!tables.has(table))
    return holdsRows(definition, tables) ? found('keeps the former version from deleting rows') : [];
  if (kind === 'column') return isRequired && !isFilled ? found('is new, must not be null and has no default') : [];
  return kind === 'table' ? [] : found('is new on a table that the former version writes');
}

/** A foreign key of a new table, on rows that the former version may delete. */
function holdsRows(definition: string, tables: ReadonlySet<string>): boolean {
  const [, target = ''] = /^FOREIGN KEY .* REFERENCES (?:\w+\.)?"?(\w+)"?/.exec(definition) ?? [];
  return tables.has(target) && !/ON DELETE (?:CASCADE|SET NULL|SET DEFAULT)/.test(definition);
}
