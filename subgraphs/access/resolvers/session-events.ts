import { Counter } from 'prom-client';
import type { ReportSessionEvent } from '../context.ts';
import { type SessionEvent, sessionEvents } from '../domain/session-events.ts';

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
