import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';

/** A mail to one person. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** Sends mails. */
export interface Mailer {
  /** Sends a mail. @param id the same for each attempt, so that receivers recognize a mail that was sent twice */
  send(mail: Mail, id: string): Promise<void>;
  /** Deletes the mails to an address that it has kept. */
  forget(address: string): Promise<void>;
}

/** How long one step of a dialogue with the server may take. */
const timeoutMs = 20_000;

/** Sends mails to an SMTP server. @param from address of the sender */
export function createSmtpMailer(url: string, from: string): Mailer {
  const limits = { connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs };
  const transport = createTransport({ url, ...limits, disableFileAccess: true, disableUrlAccess: true });
  return {
    send: async (mail, id) => void (await transport.sendMail(messageOf(mail, id, from))),
    forget: async () => {}, // it keeps none
  };
}

/** Writes mails as files of a folder, for development. Only the owner may read them. */
export function createFileMailer(folder: string, from: string): Mailer {
  const transport = createTransport({ streamTransport: true, buffer: true });
  return {
    async send(mail, id) {
      const { message } = await transport.sendMail(messageOf(mail, id, from));
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const unfinished = join(folder, `.${id}.${randomUUID()}`);
      await writeFile(unfinished, message as Buffer, { mode: 0o600 }); // `buffer` makes it one
      await rename(unfinished, join(folder, `${id}.eml`));
    },
    async forget(address) {
      const { message } = await transport.sendMail(messageOf({ to: address, subject: '', text: '' }, '', from));
      const recipient = recipientOf(message as Buffer); // the transport has `buffer: true`
      const names = await readdir(folder).catch(noFolder);
      for (const name of names.filter((given) => given.endsWith('.eml'))) {
        const file = join(folder, name);
        if (recipientOf(await readFile(file)) === recipient) await rm(file, { force: true });
      }
    },
  };
}

/** The header with the recipient of a message, as it is written. */
function recipientOf(message: Buffer): string | undefined {
  return /^To: .*(?:\r?\n[ \t].*)*/m.exec(message.toString('utf8'))?.[0];
}

function noFolder(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

function messageOf({ to, subject, text }: Mail, id: string, from: string) {
  const domain = from.slice(from.lastIndexOf('@') + 1).replace(/>.*$/, '');
  return {
    from,
    to: { name: '', address: to },
    subject,
    text,
    messageId: `<${id}@${domain}>`,
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}
