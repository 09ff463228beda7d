import { hkdfSync } from 'node:crypto';
import { Secret } from 'otpauth';
import { totpCode } from '../subgraphs/access/domain/one-time-code.ts';
import { demoAccounts, demoCredentials } from './accounts.ts';

/** Accounts that have a second factor with DEMO_SECOND_FACTOR=1: those that need one in production. */
export const demoStaff: readonly string[] = demoAccounts
  .filter((account) => account === 'admin' || account === 'dispatcher' || account === 'analyst')
  .map((account) => demoCredentials(account).email);

/** The secret of the second factor of a demo account. It follows from the secret of a development installation, so no app is needed. */
export function demoFactorSecret(email: string, installationSecret: string): string {
  const bytes = hkdfSync('sha256', installationSecret, '', `demo second factor of ${email}`, 20);
  return new Secret({ buffer: bytes }).base32;
}

/** The code of a demo account at a time. */
export function demoCode(email: string, installationSecret: string, at: Date): string {
  return totpCode(demoFactorSecret(email, installationSecret), at);
}
