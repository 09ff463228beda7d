import { GraphError } from '#shared/errors/errors.ts';
import type { AccessContext } from '../context.ts';
import { passwordFits } from '../domain/passwords.ts';
import type { Account } from '../entities.ts';
import { findByEmail } from '../store/accounts.ts';
import { type PasswordTries, passwordTries } from '../store/password-tries.ts';

export interface TriedPassword {
  /** The open account of the e-mail address. */
  readonly account: Account | null;
  /** Whether the password is the account's. */
  readonly fits: boolean;
  /** Whether this was the last try that the limits allow. */
  readonly last: boolean;
  readonly tries: PasswordTries;
}

/**
 * Counts and makes one try of a password. Known and unknown e-mail addresses take the same way, so that neither answers
 * nor times tell them apart.
 * @throws GraphError RATE_LIMITED
 */
export async function tryPassword(context: AccessContext, email: string, password: string): Promise<TriedPassword> {
  const { em, network, signInLimits } = context;
  try {
    const tries = await passwordTries(em, signInLimits);
    const { last } = await tries.begin({ email, network });
    const account = await openAccount(context, email);
    return { account, fits: await passwordFits(account?.passwordHash ?? null, password, network), last, tries };
  } catch (error) {
    if (error instanceof GraphError) context.report(context, 'sign_in_refused', null);
    throw error;
  }
}

/** The open account of an e-mail address. PostgreSQL takes no NUL in a text. */
async function openAccount({ em }: AccessContext, email: string): Promise<Account | null> {
  const account = email.length <= 254 && !email.includes('\0') ? await findByEmail(em, email) : null;
  return account && !account.deactivatedAt ? account : null;
}
