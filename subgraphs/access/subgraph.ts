import type { Keyring } from '#shared/identity/keys.ts';
import { createSigner } from '#shared/identity/tokens.ts';
import type { Subgraph, SubgraphTables } from '#shared/subgraph.ts';
import type { AccessConfig } from './config.ts';
import { type AccessContext, createContext } from './context.ts';
import { entities } from './entities.ts';
import { reactions } from './events.ts';
import { migrations } from './migrations/list.ts';
import { resolvers } from './resolvers/map.ts';
import { createSessionEvents } from './resolvers/session-events.ts';
import { rules } from './rules.ts';

/** Needs no key: what `npm run migrate` asks for. */
export const accessTables = { name: 'access', entities, migrations } satisfies SubgraphTables;

/** The only subgraph that needs a secret: with the private key of `access` it signs the tokens of clients. */
export async function createAccess(
  { access }: Pick<Keyring, 'access'>,
  config: Pick<AccessConfig, 'signIn'>,
): Promise<Subgraph<AccessContext>> {
  const signer = createSigner(access.privateJwk);
  const { counter, report } = createSessionEvents();
  return {
    ...accessTables,
    schema: new URL('./schema.graphql', import.meta.url),
    resolvers,
    rules,
    reactions,
    context: (base) => createContext(base, { signer, report, signInLimits: config.signIn }),
    metrics: [counter],
  };
}
