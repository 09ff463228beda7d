import type { Account } from '../entities.ts';

/** The name of an erased account. It follows from the id, so that the records of one person stay those of one person. */
export function pseudonymOf(accountId: string): string {
  return `Erased person ${accountId.slice(-8)}`;
}

/** The e-mail address of an erased account, under a domain that does not exist (RFC 2606). */
export function erasedEmailOf(accountId: string): string {
  return `${accountId}@erased.invalid`;
}

export function isErased({ id, email }: Pick<Account, 'id' | 'email'>): boolean {
  return email === erasedEmailOf(id);
}
