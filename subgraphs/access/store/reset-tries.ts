import type { EntityManager } from '#shared/database/database.ts';
import { accountKey, type PasswordTry, tryCounter } from './password-tries.ts';

/** Limits of mails that reset a password and of the use of their tokens. */
export interface ResetTries {
  /** Counts a request for a mail. @throws GraphError RATE_LIMITED */
  request(attempt: PasswordTry): Promise<void>;
  /** Counts the use of a token. @throws GraphError RATE_LIMITED */
  use(network: string): Promise<void>;
}

const requests = { requestsPerNetwork: 20, mailsPerAddress: 5, usesPerNetwork: 20 } as const;
const windowSeconds = 3_600;
const what = 'to reset a password';

/** Counts in the table of sign-in attempts. An address is counted over all networks, so that nobody's mailbox is flooded. */
export async function resetTries(em: EntityManager): Promise<ResetTries> {
  const counter = await tryCounter(em, windowSeconds);
  const ofNetwork = counter('reset-network', requests.requestsPerNetwork);
  const ofAddress = counter('reset-address', requests.mailsPerAddress);
  const ofUse = counter('reset-use', requests.usesPerNetwork);
  return {
    async request({ email, network }) {
      await ofNetwork.consume(network, what);
      await ofAddress.consume(accountKey({ email, network: '' }), what);
    },
    use: async (network) => void (await ofUse.consume(network, what)),
  };
}
