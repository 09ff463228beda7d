import pg from 'pg';
import { ConfigurationError } from '../config.ts';
import { errorCode, errorMessage } from '../error-code.ts';
import { urlWithoutCredentials } from '../secrets.ts';

/** Oldest major version on which the product is tested. */
const oldestVersion = 15;
const connectMs = 10_000;

/** Makes sure that the server of DATABASE_URL answers and lets us in. @throws ConfigurationError with one line */
export async function requireServer(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: connectMs });
  client.on('error', () => {}); // told by the statement that fails
  try {
    await client.connect();
    const { rows } = await client.query<{ version: number }>(
      `select current_setting('server_version_num')::int / 10000 as version`,
    );
    const version = rows[0]?.version ?? 0;
    if (version < oldestVersion)
      throw new ConfigurationError(`DATABASE_URL: PostgreSQL ${oldestVersion} or newer is required; got ${version}`);
  } catch (error) {
    throw error instanceof ConfigurationError ? error : refusal(error, url);
  } finally {
    await client.end().catch(() => {});
  }
}

function refusal(error: unknown, url: string): ConfigurationError {
  const shown = urlWithoutCredentials(url);
  const code = errorCode(error) ?? errorMessage(error);
  const { username, pathname } = new URL(url);
  switch (code) {
    case '28P01':
    case '28000':
      return new ConfigurationError(
        `DATABASE_URL: a role and a password that the server accepts are required; ${shown} refuses "${decodeURIComponent(username)}" (${errorMessage(error)})`,
      );
    case '3D000':
      return new ConfigurationError(
        `DATABASE_URL: a database that exists is required; ${shown} names "${pathname.slice(1)}", which does not. "postgres" nearly always exists; our own one is made by itself.`,
      );
    default:
      return new ConfigurationError(
        `DATABASE_URL: a PostgreSQL server that answers is required; ${shown} does not (${code}). Start the server, or correct the address.`,
      );
  }
}
