/**
 * The messages of graphql-js about variables, also those that come from subgraphs:
 * `Variable "$i" got invalid value "x" at "i.items[0].weight"; Float cannot represent …`,
 * `Variable "$i" got invalid value {}; Field "items" of required type …`,
 * `Variable "$id" of required type "ID!" was not provided.`
 */
const variable = /^Variable "\$(?<name>\w+)" (?:of (?:required|non-null) type |got invalid value )/;
/** Behind the value, whose strings are skipped, because they can contain anything. */
const place = /^(?:"(?:[^"\\]|\\.)*"|[^";])*?(?: at "(?<path>[\w.[\]]+)")?; (?:Field "(?<field>\w+)" )?/;

/**
 * The path of the value at fault, from the name of its variable, if this is the message about a variable that does not fit its type. Each
 * server that uses graphql-js states it only in this text.
 */
export function variablePath(message: string): string[] | undefined {
  const begin = variable.exec(message);
  const name = begin?.groups?.['name'];
  if (!begin || name === undefined) return undefined;
  const { path = name, field } = place.exec(message.slice(begin[0].length))?.groups ?? {};
  const keys = path.replaceAll('[', '.').replaceAll(']', '').split('.');
  return field === undefined ? keys : [...keys, field];
}
