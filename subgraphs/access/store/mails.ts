import { type BoundColumn, placeIn } from '#shared/database/bound-column.ts';
import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { TextPlace, TextSealer } from '#shared/identity/sealed-text.ts';
import { newId } from '#shared/ids.ts';
import type { Mail, Mailer } from '#shared/mail/mailer.ts';

export interface MailTimes {
  readonly now: Date;
  /** From when the mail is not sent any more. Default: a week later. */
  readonly expiresAt?: Date;
}

/** Queues mails in the transaction of a change. The chore `sendMails` sends them after the commit. */
export interface Mails {
  /** False if this process sends no mails. Queued ones are then dropped. */
  readonly isOn: boolean;
  queue(em: EntityManager, mail: Mail, times: MailTimes): Promise<void>;
  /** Does the same work, but the mail is never sent. */
  queueDecoy(em: EntityManager, mail: Mail, times: MailTimes): Promise<void>;
  /** Deletes the mails to an address: those that wait, and those that the mailer keeps. */
  forget(em: EntityManager, address: string): Promise<void>;
}

const weekMs = 7 * 86_400_000;

/** Queued mails are sealed, because they contain addresses and tokens. */
export function createMails(sealer: TextSealer, mailer: Pick<Mailer, 'forget'> | null): Mails {
  const isOn = mailer !== null;
  const add = async (em: EntityManager, mail: Mail, { now, expiresAt }: MailTimes, isDecoy: boolean) => {
    if (!isOn) return;
    const id = newId(now.getTime());
    const sealed = sealer.seal(JSON.stringify(mail), placeOfMail(id));
    const until = expiresAt ?? new Date(now.getTime() + weekMs);
    await query(
      em,
      sql`insert into outgoing_mail (id, sealed, is_decoy, due_at, expires_at)
        values (${id}, ${sealed}, ${isDecoy}, ${now}, ${until})`,
    );
  };
  return {
    isOn,
    queue: (em, mail, times) => add(em, mail, times, false),
    queueDecoy: (em, mail, times) => add(em, mail, times, true),
    async forget(em, address) {
      const waiting = await query<{ id: string; sealed: string }>(em, sql`select id, sealed from outgoing_mail`);
      const ids = waiting.filter(({ id, sealed }) => openMail(sealer, id, sealed).to === address).map(({ id }) => id);
      await query(em, sql`delete from outgoing_mail where id = any(${ids}::uuid[]) returning id`);
      await mailer?.forget(address);
    },
  };
}

/** What `createMails` has sealed is a mail. */
export function openMail(sealer: TextSealer, id: string, sealed: string): Mail {
  return JSON.parse(sealer.open(sealed, placeOfMail(id))) as Mail; // sealed for this place as a mail
}

export const queuedMail: BoundColumn = { table: 'outgoing_mail', column: 'sealed', key: 'id' };

export function placeOfMail(id: string): TextPlace {
  return placeIn(queuedMail, id);
}
