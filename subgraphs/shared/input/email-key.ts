/** The purpose of blind indexes of e-mail addresses, the same in every subgraph, so that they can be compared. */
export const emailPurpose = 'e-mail address';

/** The form in which e-mail addresses are compared. */
export function emailKey(email: string): string {
  return email.trim().toLowerCase();
}
