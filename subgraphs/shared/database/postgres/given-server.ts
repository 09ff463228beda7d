import pg from 'pg';
import { errorCode, errorMessage } from '../../errors/error-code.ts';
import { ConfigurationError } from '../../runtime/config.ts';
import { urlWithoutCredentials } from '../../runtime/secrets.ts';
import { majorVersion, oldestVersion } from './server-version.ts';

const connectMs = 10_000;

/** The setting with the URL, or the secret from which its password follows. */
export type UrlVariable = 'DATABASE_URL' | 'SUBGRAPH_DATABASE_URL' | 'ANALYZE_DATABASE_URL' | 'DATABASE_ROLE_SECRET';

/**
 * Checks that the server accepts a connection.
 * @returns the connected role
 * @throws ConfigurationError with one line
 */
export async function requireServer(url: string, variable: UrlVariable = 'DATABASE_URL'): Promise<string> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: connectMs });
  client.on('error', () => {}); // the next statement fails and reports it
  try {
    await client.connect();
    const { rows } = await client.query<{ version: number; role: string }>(
      `select ${majorVersion} as version, current_user::text as role`,
    );
    const { version = 0, role = '' } = rows[0] ?? {};
    if (version < oldestVersion)
      throw new ConfigurationError(`${variable}: use PostgreSQL ${oldestVersion} or newer instead of ${version}`);
    return role;
  } catch (error) {
    throw error instanceof ConfigurationError ? error : describeFailure(error, url, variable);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Advice for a role or a database that does not exist. */
const hints: Record<UrlVariable, { readonly role: string; readonly database: string }> = {
  DATABASE_URL: {
    role: '',
    database: ' Name an existing one, such as "postgres". The product creates its own database.',
  },
  SUBGRAPH_DATABASE_URL: {
    role: ' `npm run migrate` creates the roles, and with `-- --urls` it prints their URLs.',
    database: ' Run `npm run migrate` once per release, before the subgraphs start.',
  },
  ANALYZE_DATABASE_URL: { role: ' Use a role of pg_monitor.', database: ' Name that of the product, "freight".' },
  DATABASE_ROLE_SECRET: {
    role: ' The password follows from DATABASE_ROLE_SECRET: use the one with which `npm run migrate` ran last.',
    database: ' Run `npm run migrate` before.',
  },
};

/** If a URL names no database, PostgreSQL uses the name of the role. */
function describeDatabase(pathname: string, username: string): string {
  const name = pathname.slice(1);
  return name === '' ? `names none and so means "${decodeURIComponent(username)}"` : `names "${name}"`;
}

function describeFailure(error: unknown, url: string, variable: UrlVariable): ConfigurationError {
  const shown = urlWithoutCredentials(url);
  const code = errorCode(error) ?? errorMessage(error);
  const { username, pathname } = new URL(url);
  switch (code) {
    case '28P01':
    case '28000':
      return new ConfigurationError(
        `${variable}: a role and a password that the server accepts are required; ${shown} refuses "${decodeURIComponent(username)}" (${errorMessage(error)}).${hints[variable].role}`,
      );
    case '3D000':
      return new ConfigurationError(
        `${variable}: a database that exists is required; ${shown} ${describeDatabase(pathname, username)}, which does not.${hints[variable].database}`,
      );
    default:
      return new ConfigurationError(
        `${variable}: a PostgreSQL server that responds is required; ${shown} does not (${code}). Start the server, or correct the address.`,
      );
  }
}
