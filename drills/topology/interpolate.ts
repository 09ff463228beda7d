import { ConfigurationError } from '#shared/runtime/config.ts';

/** `$$`, `${NAME}`, `${NAME:-default}` and `${NAME:?}`: the forms of the Compose specification that this project uses. */
const reference = /\$(?:\$|\{(?<name>\w+)(?::(?<kind>[-?])(?<rest>[^}]*))?\})/g;

/**
 * Replaces the variables in all texts of a value.
 * @throws ConfigurationError with the names of required variables that are missing
 */
export function interpolate(value: unknown, environment: NodeJS.ProcessEnv): unknown {
  const missing = new Set<string>();
  const replaced = mapTexts(value, (text) =>
    text.replace(reference, (...match) => {
      // The last argument has the named groups of `reference`.
      const { name, kind, rest } = match.at(-1) as { name?: string; kind?: string; rest?: string };
      if (name === undefined) return '$';
      const found = environment[name] || undefined;
      if (found === undefined && kind === '?') missing.add(name);
      return found ?? (kind === '-' ? (rest ?? '') : '');
    }),
  );
  if (missing.size > 0)
    throw new ConfigurationError(
      [...missing].map((name) => `${name}: not set, but required by docker-compose.yml.`).join('\n'),
    );
  return replaced;
}

/** The variables that the texts of a value name. */
export function variablesIn(value: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  mapTexts(value, (text) => {
    for (const { groups } of text.matchAll(reference)) if (groups?.['name']) names.add(groups['name']);
    return text;
  });
  return names;
}

function mapTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value);
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, map));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapTexts(one, map)]));
}
