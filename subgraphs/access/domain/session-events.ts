/** Events of sessions, for the log and the metrics. */
export const sessionEvents = [
  'signed_in',
  'sign_in_failed',
  'sign_in_locked',
  'sign_in_refused',
  'sign_in_challenged',
  'signed_out',
  'refreshed',
  'refresh_refused',
  'refresh_token_reused',
  'password_changed',
  'password_reset_requested',
  'password_reset',
  'sessions_ended',
  'second_factor_failed',
  'second_factor_delayed',
  'second_factor_enrolled',
  'second_factor_removed',
  'stepped_up',
] as const;
export type SessionEvent = (typeof sessionEvents)[number];
