import { parseEnv } from 'node:util';
import { isSecretName, withoutCredentials } from '#shared/runtime/secrets.ts';
import { variablesIn } from '../../../drills/topology/interpolate.ts';
import type { Finding } from '../finding.ts';
import { composePath, type Placed } from './composition.ts';

/** A secret comes from a variable of the operator, which has no default. */
export function* checkSecrets({ name, composition: { written } }: Placed): Iterable<string> {
  for (const [setting, value] of Object.entries(written.services[name]?.environment ?? {})) {
    const literal = value.replaceAll(/\$\{\w+:\?\}/g, '');
    if (isSecretName(setting) && literal !== '' && !isHarmless(value))
      yield `${setting}: a secret must come from a variable, as in $\{${setting}:?}`;
    else if (withoutCredentials(value) !== value && !/:\/\/[^:@]*:\$\{\w+:\?\}@/.test(value))
      yield `${setting}: the password in it must come from a variable`;
  }
}

/** A variable that may stay empty holds no default, and a path no secret. */
const isHarmless = (value: string): boolean => /^\$\{\w+:-\}$|^\//.test(value);

/** The template has every variable of the file and no other one, and no value of a secret. */
export function checkTemplate(
  data: unknown,
  template: string,
  templatePath: string,
  secrets: ReadonlySet<string>,
): readonly Finding[] {
  const listed = new Set([...template.matchAll(/^#?([A-Z][A-Z0-9_]*)=/gm)].map(([, name = '']) => name));
  const used = variablesIn(data);
  const faults = [
    ...[...used]
      .filter((name) => !listed.has(name))
      .map((name) => [name, `${composePath} reads it, and the template lacks it`]),
    ...[...listed].filter((name) => !used.has(name)).map((name) => [name, `${composePath} does not read it`]),
    ...Object.entries(parseEnv(template))
      .filter(([name, value = '']) => value !== '' && (secrets.has(name) || withoutCredentials(value) !== value))
      .map(([name]) => [name, 'it is a secret: the template must have no value']),
  ];
  return faults.map(([at = '', says = '']) => ({ file: templatePath, at, says }));
}
