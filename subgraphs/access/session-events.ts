import { Counter } from 'prom-client';
import type { BaseContext } from '#shared/context.ts';

/** What can happen to a session. */
const sessionEvents = [
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

/** Logs and counts an event of a session. The account is null where the credentials belong to none. */
export type ReportSessionEvent = (context: BaseContext, event: SessionEvent, accountId: string | null) => void;

/** Those that an operator should see among many lines. */
const warnings: ReadonlySet<SessionEvent> = new Set(['sign_in_locked', 'refresh_token_reused']);
/** Counted only: a client that is refused can repeat them at will, and the reason was logged before. */
const uncommented: ReadonlySet<SessionEvent> = new Set(['sign_in_refused', 'refresh_refused', 'refreshed']);

/** A counter by event, and the function that logs and counts. No e-mail address, password or token is logged. */
export function createSessionEvents(): { readonly counter: Counter; readonly report: ReportSessionEvent } {
  const counter = new Counter({
    name: 'access_session_events_total',
    help: 'Sign-ins, sign-outs, refreshes and refusals of sessions',
    labelNames: ['event'],
    registers: [],
  });
  for (const event of sessionEvents) counter.inc({ event }, 0);
  return {
    counter,
    report({ log, requestId, clientAddress }, event, accountId) {
      counter.inc({ event });
      if (uncommented.has(event)) return;
      const facts = { event, accountId, clientAddress, requestId };
      if (warnings.has(event)) log.warn(facts, 'session event');
      else log.info(facts, 'session event');
    },
  };
}
