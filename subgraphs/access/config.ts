import { resolve } from 'node:path';
import { z } from 'zod';
import { ACCESS_SIGNING_KEY, API_KEY_SECRET, type SecretList } from '#shared/identity/key-settings.ts';
import type { KeyPair } from '#shared/identity/tokens.ts';
import { type MailConfig, mailConfigOf, mailSettings } from '#shared/mail/open-mailer.ts';
import { parseEnvironment } from '#shared/runtime/config.ts';
import { DATA_DIR, NODE_ENV } from '#shared/settings/settings.ts';
import type { SecondFactorPolicy } from './domain/second-factor-policy.ts';
import type { SignInLimits } from './domain/sign-in-limits.ts';

const count = z.coerce.number().int().min(1).max(1_000_000);
/** Settings of the access subgraph besides those of every subgraph. */
export const accessSettings = z.object({
  ACCESS_SIGNING_KEY,
  API_KEY_SECRET,
  SECOND_FACTOR: z.enum(['required', 'optional']).optional().meta({
    description:
      'Who needs a second factor. `required`: ADMIN, DISPATCHER and ANALYST can do nothing before they have enrolled one, and sensitive changes need a recent code of everybody. `optional`: both apply to accounts that have enrolled one.',
    otherwise: '`required` in production, `optional` elsewhere',
  }),
  SIGN_IN_TRIES: count.default(5).meta({
    description: 'Sign-in attempts of one client network for one account within SIGN_IN_WINDOW_SECONDS.',
    unit: 'attempts',
  }),
  SIGN_IN_TRIES_PER_ADDRESS: count.default(60).meta({
    description: 'Sign-in attempts of one client network for all accounts within SIGN_IN_WINDOW_SECONDS.',
    unit: 'attempts',
  }),
  SIGN_IN_WINDOW_SECONDS: z.coerce.number().int().min(1).max(86_400).default(900).meta({
    description: 'Time within which sign-in attempts are counted.',
    unit: 's',
  }),
  ...mailSettings,
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'use a URL such as https://app.example.com' })
    .optional()
    .meta({
      description:
        'Address of the web application. Mails that reset a password link to its page /reset-password#token=TOKEN.',
      otherwise: 'mails have the token and no link',
    }),
  IDEMPOTENCY_KEYS_PER_CALLER: count.default(10_000).meta({
    description: 'Idempotency keys that one account may use within 24 hours. Each keeps one response.',
    unit: 'keys',
  }),
});

/** Settings of the access subgraph. */
export interface AccessConfig {
  /** Undefined = the key of this installation. */
  readonly signingKey: KeyPair | undefined;
  /** Undefined = the secret of this installation. */
  readonly apiKeySecrets: SecretList | undefined;
  readonly secondFactor: SecondFactorPolicy;
  readonly signIn: SignInLimits;
  readonly mail: MailConfig;
  /** Address of the application to which links in mails lead; undefined = mails have no links. */
  readonly publicUrl: string | undefined;
  /** Idempotency keys that one caller may use within 24 hours. */
  readonly maxIdempotencyKeys: number;
}

export function readAccessConfig(variables: NodeJS.ProcessEnv = process.env): AccessConfig {
  const parsed = parseEnvironment(accessSettings.extend({ NODE_ENV, DATA_DIR }), variables);
  const isProduction = parsed.NODE_ENV === 'production';
  return {
    signingKey: parsed.ACCESS_SIGNING_KEY,
    apiKeySecrets: parsed.API_KEY_SECRET,
    secondFactor: parsed.SECOND_FACTOR ?? (isProduction ? 'required' : 'optional'),
    signIn: {
      triesPerAccount: parsed.SIGN_IN_TRIES,
      triesPerAddress: parsed.SIGN_IN_TRIES_PER_ADDRESS,
      windowSeconds: parsed.SIGN_IN_WINDOW_SECONDS,
    },
    mail: mailConfigOf(parsed, { isProduction, dataDir: resolve(parsed.DATA_DIR) }),
    publicUrl: parsed.PUBLIC_URL,
    maxIdempotencyKeys: parsed.IDEMPOTENCY_KEYS_PER_CALLER,
  };
}
