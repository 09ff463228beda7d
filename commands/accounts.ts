import { z } from 'zod';
import { systemOrigin } from '#shared/audit/fact.ts';
import { Refusal } from '#shared/errors/errors.ts';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { ConfigurationError, needs } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { wordIssue } from '#shared/runtime/word-issue.ts';
import { email, password } from '../subgraphs/access/domain/inputs.ts';
import { requireStrongPassword } from '../subgraphs/access/domain/password-strength.ts';
import { hashPassword } from '../subgraphs/access/domain/passwords.ts';
import { createAdministrator } from '../subgraphs/access/store/first-administrator.ts';
import { openAccess } from './accounts/open-access.ts';
import { newPassword, readPassword } from './accounts/read-password.ts';

const command = {
  call: 'npm run -s accounts --',
  does: 'Creates the first administrator of an installation in the database, and prints a new password once. The audit trail has an entry.',
  takes: 'create-admin',
  options: {
    email: { type: 'string', value: 'ADDRESS', help: 'e-mail address with which the administrator signs in' },
    name: { type: 'string', value: 'NAME', default: 'Administrator', help: 'name of the administrator' },
    'password-stdin': {
      type: 'boolean',
      default: false,
      help: 'reads the password from standard input and prints none',
    },
    force: {
      type: 'boolean',
      default: false,
      help: 'creates another administrator although there is one, for the case that none of them can sign in',
    },
  },
} as const;

async function createAdmin(): Promise<void> {
  const { values, positionals } = readCommandLine(command);
  if (positionals.join(' ') !== 'create-admin') throw needs('npm run accounts', 'create-admin', positionals.join(' '));
  const owner = {
    email: parsed('email', email, values.email ?? ''),
    name: parsed('name', z.string().trim().min(1).max(120), values.name),
  };
  const isGiven = values['password-stdin'];
  const secret = isGiven ? parsed('password-stdin', password, await readPassword()) : newPassword();
  if (isGiven) await requireStrongPassword(secret, owner, 'password');
  const passwordHash = await hashPassword(secret, 'command');

  await using resources = new AsyncDisposableStack();
  const transact = await openAccess(resources);
  const audit = { ...systemOrigin('npm run accounts'), at: new Date() };
  const account = await transact((transaction) =>
    createAdministrator(transaction, audit, { ...owner, passwordHash, isFurther: values.force }),
  );
  console.log(`Created the administrator ${account.email} with the id ${account.id}.`);
  if (!isGiven) console.log(`Password, shown once: ${secret}`);
  console.log('Sign in, then enrol a second factor. Before that the account may do nothing else in production.');
}

function parsed(option: string, schema: z.ZodType<string>, given: string): string {
  const { data, error } = schema.safeParse(given, { error: wordIssue });
  if (data !== undefined) return data;
  throw new ConfigurationError(`--${option}: ${error?.issues[0]?.message ?? 'It needs another value'}.`);
}

try {
  await createAdmin();
} catch (error) {
  exitWith(error instanceof Refusal ? new ConfigurationError(adviceOn(error)) : error);
}

function adviceOn({ message, userErrors }: Refusal): string {
  const isPresent = userErrors.some(({ code }) => code === 'INVALID_STATE');
  return isPresent ? `${message} If none of them can sign in, repeat this with --force.` : message;
}
