import type { NamedSecrets } from './find-secrets.ts';

/** Variables of docker-compose.yml that are no secrets. */
const isPublic = (name: string): boolean => name.endsWith('_PUBLIC_KEYS') || name === 'SERVER_NAME';

/** The secret parts of the variables of docker-compose.yml: of a URL its password, of a key its private half. */
export function secretsOf(environment: Readonly<Record<string, string>>): NamedSecrets {
  const secrets = Object.entries(environment).filter(([name]) => !isPublic(name));
  return Object.fromEntries(secrets.map(([name, value]) => [name, secretPart(name, value)]));
}

function secretPart(name: string, value: string): string {
  if (name.endsWith('_URL')) return new URL(value).password;
  // A signing key is a private JSON Web Key.
  if (name.endsWith('_SIGNING_KEY')) return (JSON.parse(value) as { readonly d: string }).d;
  return value.replace(/^[\w-]{1,32}:/, '');
}
