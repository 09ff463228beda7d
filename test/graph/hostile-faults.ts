import { isErrorCode } from '#shared/errors/errors.ts';
import type { Outcome } from './attack.ts';

/** Addresses, messages of drivers and libraries, files of the server. */
export const leaks =
  /127\.0\.0\.1|localhost|DriverException|syntax error at|relation "|node_modules|file:\/\/|\.ts:\d|search_path/;

/** Describes what is wrong with an outcome. Empty when nothing is. */
export function faultOf({ title, status, codes, text }: Outcome): string[] {
  const errors = (JSON.parse(text) as { errors?: { extensions?: Record<string, unknown> }[] }).errors ?? [];
  const coded = errors.every(
    ({ extensions = {} }) =>
      isErrorCode(extensions['code']) &&
      extensions['code'] !== 'INTERNAL_SERVER_ERROR' &&
      typeof extensions['retryable'] === 'boolean' &&
      typeof extensions['requestId'] === 'string',
  );
  // The audit trail shows administrators where clients come from.
  const leaky = leaks.test(text.replaceAll(/"clientAddress":"[^"]*"/g, ''));
  const faulty = !coded || status >= 500 || codes.includes('INTERNAL_SERVER_ERROR') || leaky;
  return faulty ? [`${title}: ${status} ${text.slice(0, 300)}`] : [];
}
