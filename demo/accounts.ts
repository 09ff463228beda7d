/** The accounts of the demo company that people can sign in with, named after their role. */
export const demoAccounts = ['admin', 'dispatcher', 'driver', 'customer', 'partner', 'analyst'] as const;
export type DemoAccount = (typeof demoAccounts)[number];

export const demoPassword = 'freight-demo';

/** The credentials of a demo account. */
export function demoCredentials(account: DemoAccount): { email: string; password: string } {
  return { email: `${account}@demo.test`, password: demoPassword };
}
