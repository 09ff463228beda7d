import { GraphError } from '#shared/errors/errors.ts';
import type { AccessContext } from '../context.ts';
import { passwordFits } from '../domain/passwords.ts';
import type { Account } from '../entities.ts';
import { findByEmail } from '../store/accounts.ts';
import { type PasswordTries, passwordTries } from '../store/password-tries.ts';

export interface TriedPassword {
  /** The open account of the e-mail address. */
  readonly account: Account | null;
  /** True if the password matches. */
  readonly fits: boolean;
  /** True if this was the last attempt that the limits allow. */
  readonly last: boolean;
  readonly tries: PasswordTries;
}

/**
 * Counts one attempt and checks the password. Known and unknown e-mail addresses take the same steps, so that neither
 * responses nor their times reveal which addresses have accounts.
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

/** Finds the open account of an e-mail address. PostgreSQL does not accept NUL in texts. */
export async function openAccount({ em }: AccessContext, email: string): Promise<Account | null> {
  const account = email.length <= 254 && !email.includes('\0') ? await findByEmail(em, email) : null;
  return account && !account.deactivatedAt ? account : null;
}
