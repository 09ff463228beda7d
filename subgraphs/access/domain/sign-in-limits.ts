/** How many passwords may be tried in one window of time. */
export interface SignInLimits {
  /** For one account from one client network. A lock of this pair bars no other network. */
  readonly triesPerAccount: number;
  /** From one client network, for all accounts together. */
  readonly triesPerAddress: number;
  readonly windowSeconds: number;
}
