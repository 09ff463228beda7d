import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { TextSealer } from '#shared/identity/sealed-text.ts';
import type { Mailer } from '#shared/mail/mailer.ts';
import type { Log } from '#shared/runtime/log.ts';
import type { Chore } from '#shared/work/chore.ts';
import { untilEnding } from '#shared/work/until-ending.ts';
import { openMail } from './mails.ts';

export interface SendOptions {
  readonly mailer: Mailer;
  readonly sealer: TextSealer;
  readonly clock: () => Date;
}

interface ClaimedMail {
  readonly id: string;
  readonly sealed: string;
  readonly isDecoy: boolean;
  readonly isExpired: boolean;
  readonly attempts: number;
}

/** Time within which nobody else tries to send a mail. A process that dies while sending leaves it to another one. */
const claimMs = 5 * 60_000;
const firstPauseMs = 5_000;
const longestPauseMs = 15 * 60_000;
/** Mails of one run at most. */
const mailsPerRun = 50;

/** Sends queued mails. */
export function createMailChore(options: SendOptions): Chore {
  return { name: 'sendMails', everyMs: 1_000, run: (em, log, ending) => sendMails(em, log, options, ending) };
}

/**
 * Sends the mails that are due, one after the other, outside of transactions. A mail stays in its table until the server has
 * accepted it, so that it may be sent twice, with the same id, but is not lost. The run ends when the server does not respond.
 * @param ending the run does not wait for the server any more when it is aborted. The mail is due at once for the next process.
 */
export async function sendMails(
  em: EntityManager,
  log: Log,
  options: SendOptions,
  ending?: AbortSignal,
): Promise<void> {
  for (let sent = 0; sent < mailsPerRun && !ending?.aborted; sent++) {
    const mail = await claimMail(em, options.clock());
    if (!mail || !(await settleMail(em, log, mail, options, ending))) return;
  }
}

/** @returns false if the server does not respond */
async function settleMail(
  em: EntityManager,
  log: Log,
  mail: ClaimedMail,
  options: SendOptions,
  ending: AbortSignal | undefined,
): Promise<boolean> {
  const { id, attempts } = mail;
  if (mail.isExpired && !mail.isDecoy) log.warn({ mail: id, attempts }, 'a mail was not sent in time');
  if (mail.isExpired || mail.isDecoy) {
    await forgetMail(em, id);
    return true;
  }
  try {
    const opened = openMail(options.sealer, id, mail.sealed);
    await untilEnding(options.mailer.send(opened, id), ending);
    // Its recipient was erased meanwhile.
    if (!(await forgetMail(em, id))) await options.mailer.forget(opened.to);
  } catch (error) {
    const { code, responseCode } = error as { code?: unknown; responseCode?: unknown }; // texts of servers repeat addresses
    log.warn({ mail: id, attempts, code, responseCode }, 'a mail was not sent; it will be tried again');
    const pauseMs = ending?.aborted ? 0 : Math.min(firstPauseMs * 2 ** (attempts - 1), longestPauseMs);
    const dueAt = new Date(options.clock().getTime() + pauseMs);
    await query(em, sql`update outgoing_mail set due_at = ${dueAt} where id = ${id}`);
    return responseCode !== undefined;
  }
  return true;
}

async function claimMail(em: EntityManager, now: Date): Promise<ClaimedMail | undefined> {
  const claimedUntil = new Date(now.getTime() + claimMs);
  const [mail] = await query<ClaimedMail>(
    em,
    sql`update outgoing_mail set attempts = attempts + 1, due_at = ${claimedUntil}
      where id = (select id from outgoing_mail where due_at <= ${now} order by due_at limit 1 for update skip locked)
      returning id, sealed, is_decoy as "isDecoy", expires_at <= ${now} as "isExpired", attempts`,
  );
  return mail;
}

/** @returns false if somebody else has deleted it */
async function forgetMail(em: EntityManager, id: string): Promise<boolean> {
  const deleted = await query(em, sql`delete from outgoing_mail where id = ${id} returning id`);
  return deleted.length > 0;
}
