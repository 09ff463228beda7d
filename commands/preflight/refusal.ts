import { errorCode, errorMessage } from '#shared/errors/error-code.ts';
import { urlWithoutCredentials } from '#shared/runtime/secrets.ts';
import { Fault } from './fault.ts';

const network = new Set(['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT']);

/**
 * Says why a database gives no rows.
 * @param setting the variable with its URL, or with the password in it
 */
export function refusalOf(error: unknown, setting: string, url: string): Error {
  const [shown, code, message] = [urlWithoutCredentials(url), errorCode(error) ?? '', errorMessage(error)];
  // A time-out of the driver has no code.
  if (network.has(code) || message.includes('timeout'))
    return new Fault(
      `${setting}: ${shown} does not respond (${code || message}).`,
      `Start the database and look at its log, or correct the address in ${setting}.`,
    );
  switch (code) {
    case '28P01':
    case '28000':
      return new Fault(
        `${setting}: ${shown} refuses the role and its password (${message}).`,
        `Correct ${setting}. The passwords of the roles follow from DATABASE_ROLE_SECRET of the last \`npm run migrate\`.`,
      );
    case '3D000':
      return new Fault(
        `${setting}: ${shown} does not exist (${message}).`,
        `Correct the database in ${setting}, or run \`npm run migrate\` of the last release, which creates it.`,
      );
    case '42P01':
      return new Fault(`${setting}: ${message}.`, 'Run `npm run migrate` of the last release.');
    default:
      return new Fault(`${setting}: ${message}.`, 'Look at the log of the database.');
  }
}
