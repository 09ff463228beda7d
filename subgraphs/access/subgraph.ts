import type { Keyring } from '#shared/identity/keys.ts';
import { createTextSealer, type FieldKeys } from '#shared/identity/sealed-text.ts';
import { createSigner } from '#shared/identity/tokens.ts';
import type { Mailer } from '#shared/mail/mailer.ts';
import { openMailer } from '#shared/mail/open-mailer.ts';
import { fieldSecretNames } from '#shared/settings/process-secrets.ts';
import type { Subgraph, SubgraphTables } from '#shared/subgraph.ts';
import type { AccessConfig } from './config.ts';
import { type AccessContext, createContext } from './context.ts';
import { entities } from './entities.ts';
import { createReactions } from './events.ts';
import { migrations } from './migrations/list.ts';
import { resolvers } from './resolvers/map.ts';
import { createSessionEvents } from './resolvers/session-events.ts';
import { retention } from './retention.ts';
import { rules } from './rules.ts';
import { deleteExpiredRecords } from './store/audit.ts';
import { createAuditSealer } from './store/audit-sealer.ts';
import { deleteExpiredCalls, keptResponse } from './store/idempotent-calls.ts';
import { createMails, queuedMail } from './store/mails.ts';
import { deleteOldSessions } from './store/old-sessions.ts';
import { factorSecret } from './store/second-factors.ts';
import { createMailChore } from './store/send-mails.ts';
import { deleteOldUsage } from './store/usage.ts';

/** The tables for `npm run migrate`, which has no keys. */
export const accessTables = {
  name: 'access',
  entities,
  migrations,
  retention,
  secrets: ['ACCESS_SIGNING_KEY', 'API_KEY_SECRET', ...fieldSecretNames, 'SMTP_URL'],
  boundColumns: [factorSecret, queuedMail, keptResponse],
} satisfies SubgraphTables;

/** The secrets of the access subgraph besides its signing key. */
export interface AccessSecrets {
  /** See `hashApiKey`. */
  readonly apiKeySecret: string;
  readonly fieldKeys: FieldKeys;
}

/** Creates the access subgraph. It signs the access tokens of clients with the private key of `access`. */
export async function createAccess(
  { access }: Pick<Keyring, 'access'>,
  { signIn: signInLimits, ...config }: Omit<AccessConfig, 'signingKey' | keyof AccessSecrets>,
  { apiKeySecret, fieldKeys }: AccessSecrets,
  mailer: Mailer | null = openMailer(config.mail),
): Promise<Subgraph<AccessContext>> {
  const signer = createSigner(access.privateJwk);
  const sealer = createTextSealer(fieldKeys);
  const mails = createMails(sealer, mailer);
  const { maxIdempotencyKeys, secondFactor, publicUrl } = config;
  const services = { signer, sealer, signInLimits, maxIdempotencyKeys, secondFactor, apiKeySecret, mails, publicUrl };
  const { counter, report } = createSessionEvents();
  return {
    ...accessTables,
    schema: new URL('./schema.graphql', import.meta.url),
    resolvers,
    rules,
    reactions: createReactions(mails),
    chores: [
      { name: 'deleteExpiredCalls', everyMs: 600_000, run: deleteExpiredCalls },
      { name: 'deleteOldSessions', everyMs: 3_600_000, run: (em) => deleteOldSessions(em) },
      { name: 'deleteOldUsage', everyMs: 3_600_000, run: deleteOldUsage },
      { name: 'deleteExpiredAudit', everyMs: 60_000, run: deleteExpiredRecords },
      createAuditSealer(),
      ...(mailer ? [createMailChore({ mailer, sealer, clock: () => new Date() })] : []),
    ],
    context: (base) => createContext(base, { ...services, report }),
    metrics: [counter],
  };
}
