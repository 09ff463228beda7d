import { randomBytes } from 'node:crypto';
import { databaseName, roleUrl } from '#shared/database/provision.ts';
import { newApiKeySecret } from '#shared/identity/api-keys.ts';
import { newBlindIndexKey } from '#shared/identity/blind-indexes.ts';
import { newFieldKey } from '#shared/identity/field-keys.ts';
import { newKeyring } from '#shared/identity/keys.ts';
import { readSupergraphYaml } from '#shared/runtime/supergraph-yaml.ts';

/**
 * Makes all secrets of docker-compose.yml. The URLs of the roles follow from the secret of the roles.
 * @param databaseHost where the processes find the database
 */
export async function newComposeSecrets(databaseHost = 'postgres'): Promise<Readonly<Record<string, string>>> {
  const { access, identity } = await newKeyring();
  const secret = () => randomBytes(32).toString('hex');
  const roleSecret = secret();
  const password = secret();
  const setOf = (key: object) => JSON.stringify({ keys: [key] });
  const administrator = `postgres://postgres:${password}@${databaseHost}:5432/postgres`;
  const urls = readSupergraphYaml().map(({ name }) => [
    `${name.toUpperCase()}_DATABASE_URL`,
    roleUrl(administrator, databaseName, name, roleSecret),
  ]);
  return {
    POSTGRES_PASSWORD: password,
    REPLICATION_PASSWORD: secret(),
    MONITOR_PASSWORD: secret(),
    BACKUP_PASSPHRASE: secret(),
    DATABASE_ROLE_SECRET: roleSecret,
    ...Object.fromEntries(urls),
    ACCESS_SIGNING_KEY: JSON.stringify(access.privateJwk),
    ACCESS_PUBLIC_KEYS: setOf(access.publicJwk),
    IDENTITY_SIGNING_KEY: JSON.stringify(identity.privateJwk),
    IDENTITY_PUBLIC_KEYS: setOf(identity.publicJwk),
    API_KEY_SECRET: newApiKeySecret(),
    FIELD_KEYS: newFieldKey(),
    BLIND_INDEX_KEY: newBlindIndexKey(),
    GRAFANA_PASSWORD: secret(),
  };
}
