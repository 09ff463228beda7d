/** Maximum number of sign-in attempts within a window of time. */
export interface SignInLimits {
  /** For one account from one client network. Other networks are not affected. */
  readonly triesPerAccount: number;
  /** From one client network, for all accounts together. */
  readonly triesPerAddress: number;
  readonly windowSeconds: number;
}
