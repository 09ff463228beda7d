import type { Mail } from '#shared/mail/mailer.ts';

const signature = 'Infamous Freight\n\nThis mail was sent automatically. Nobody reads replies to it.\n';

function mailOf(to: string, subject: string, ...paragraphs: string[]): Mail {
  return { to, subject, text: ['Hello,', ...paragraphs, signature].join('\n\n') };
}

/** @param publicUrl address of the application; undefined = the mail has no link */
export function passwordResetMail(to: string, token: string, publicUrl: string | undefined): Mail {
  // Servers do not get the fragment of a URL, so their logs have no tokens.
  const link = publicUrl && `${publicUrl.replace(/\/+$/, '')}/reset-password#token=${token}`;
  return mailOf(
    to,
    'Reset your password',
    'Somebody asked to reset the password of your account. If it was you, choose a new one within 30 minutes:',
    link ?? `Your token: ${token}`,
    'If it was not you, ignore this mail. Your password stays as it is.',
  );
}

export function passwordChangedMail(to: string): Mail {
  return mailOf(
    to,
    'Your password was changed',
    'The password of your account was changed.',
    'If it was not you, reset your password at once and tell an administrator.',
  );
}

export function secondFactorRemovedMail(to: string): Mail {
  return mailOf(
    to,
    'Your second factor was removed',
    'The second factor of your account was removed, by you or by an administrator.',
    'If you did not ask for it, reset your password at once and tell an administrator.',
  );
}

export function apiKeyExpiringMail(to: string, name: string, days: number, expiresAt: string): Mail {
  const time = days === 1 ? 'within a day' : `within ${days} days`;
  return mailOf(
    to,
    `An API key expires ${time}`,
    `The API key "${name}" of your organization expires at ${expiresAt}. Programs that use it are then refused.`,
    'Make another key, or rotate this one with a later expiry.',
  );
}
