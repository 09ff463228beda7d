/** Events of sessions, for the log and the metrics. */
export const sessionEvents = [
  'signed_in',
  'sign_in_failed',
  'sign_in_locked',
  'sign_in_refused',
  'signed_out',
  'refreshed',
  'refresh_refused',
  'refresh_token_reused',
  'password_changed',
  'sessions_ended',
] as const;
export type SessionEvent = (typeof sessionEvents)[number];
