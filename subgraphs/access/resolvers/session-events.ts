import { Counter } from 'prom-client';
import type { ReportSessionEvent } from '../context.ts';
import { type SessionEvent, sessionEvents } from '../domain/session-events.ts';

/** Events that are logged as warnings for operators. */
const warnings: ReadonlySet<SessionEvent> = new Set(['sign_in_locked', 'refresh_token_reused']);
/** Events that are only counted. Clients can cause them without limit, or they are routine. */
const notLogged: ReadonlySet<SessionEvent> = new Set([
  'sign_in_refused',
  'second_factor_delayed',
  'password_reset_requested',
  'refresh_refused',
  'refreshed',
]);

/** Creates a counter by event, and a function that logs and counts an event. It logs no e-mail address, password or token. */
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
      if (notLogged.has(event)) return;
      const facts = { event, accountId, clientAddress, requestId };
      if (warnings.has(event)) log.warn(facts, 'session event');
      else log.info(facts, 'session event');
    },
  };
}
