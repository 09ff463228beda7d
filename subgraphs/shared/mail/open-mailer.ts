import { join } from 'node:path';
import { z } from 'zod';
import { createFileMailer, createSmtpMailer, type Mailer } from './mailer.ts';

/** Settings of a subgraph that sends mails. */
export const mailSettings = {
  SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: 'use a URL such as smtp://name:password@host:587' })
    .optional()
    .meta({
      description: 'SMTP server that takes the mails to accounts, such as links that reset a password.',
      otherwise:
        'in production no mails are sent and passwords cannot be reset; elsewhere mails are files under DATA_DIR/mail',
    }),
  MAIL_FROM: z.email().default('no-reply@infamous-freight.example').meta({
    description: 'Sender of mails.',
  }),
};

export interface MailConfig {
  readonly smtpUrl: string | undefined;
  readonly from: string;
  /** Folder for mails without a server; undefined in production. */
  readonly folder: string | undefined;
}

/** @param given the parsed settings */
export function mailConfigOf(
  given: { readonly SMTP_URL?: string | undefined; readonly MAIL_FROM: string },
  { isProduction, dataDir }: { readonly isProduction: boolean; readonly dataDir: string },
): MailConfig {
  return { smtpUrl: given.SMTP_URL, from: given.MAIL_FROM, folder: isProduction ? undefined : join(dataDir, 'mail') };
}

/** @returns null if mails are not sent */
export function openMailer({ smtpUrl, from, folder }: MailConfig): Mailer | null {
  if (smtpUrl !== undefined) return createSmtpMailer(smtpUrl, from);
  return folder === undefined ? null : createFileMailer(folder, from);
}
