import { ConfigurationError } from '#shared/runtime/config.ts';
import { requireData } from '../../client/data.ts';
import { createGraphClient, type GraphClient } from '../../client/graph-client.ts';
import { GraphFailure } from '../../client/graph-failure.ts';
import { SignInFailure } from '../../client/session.ts';

export interface SignInOptions {
  readonly url: string;
  readonly email: string;
  readonly password: string;
  readonly code: string | undefined;
  /** Scopes that the import needs. */
  readonly scopes: readonly string[];
}

const scopesQuery = 'query ImportScopes { viewer { scopes } }';

/**
 * A client whose account may import. Everything that the import sends can be repeated.
 * @throws ConfigurationError when the gateway can't be reached, or when the account is refused or lacks a scope
 */
export async function signIn({ url, email, password, code, scopes }: SignInOptions): Promise<GraphClient> {
  const client = createGraphClient({ url, account: { email, password, code }, timeoutMs: 60_000, repeatable: true });
  try {
    const { viewer } = requireData(await client.send<{ viewer: { scopes: string[] } | null }>({ query: scopesQuery }));
    requireScopes(email, scopes, viewer?.scopes ?? []);
    return client;
  } catch (error) {
    throw error instanceof GraphFailure ? new ConfigurationError(describe(error)) : error;
  }
}

function describe(failure: GraphFailure): string {
  if (failure instanceof SignInFailure) {
    const isCode = failure.code === 'CODE_REQUIRED' || failure.code === 'INVALID_CODE';
    return `${isCode ? '--code' : '--email, --password'}: ${failure.message}`;
  }
  if (failure.isFromGraph) return `import: ${failure.message}`;
  return `--url: ${failure.message}. Give the GraphQL address of a running gateway.`;
}

function requireScopes(email: string, required: readonly string[], held: readonly string[]): void {
  const missing = required.find((scope) => !held.includes(scope));
  if (missing === undefined) return;
  throw new ConfigurationError(
    `--email: ${email} lacks the scope ${missing}. Use an account that has it; this one has ${held.join(', ') || 'none'}.`,
  );
}
