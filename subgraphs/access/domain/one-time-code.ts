import { Secret, TOTP } from 'otpauth';
import qrcode from 'qrcode-generator';

/*
 * Codes by time (RFC 6238), with the parameters that every authenticator app knows.
 */

const issuer = 'Infamous Freight';
const periodSeconds = 30;
/** Steps before and after the current one whose codes are accepted, because the clock of a phone may differ. */
const stepsOfDrift = 1;
/** Bytes of a secret: the length of SHA-1, as RFC 4226 recommends. */
const secretLength = 20;

/** Makes a new secret in base 32. */
export function newTotpSecret(): string {
  return new Secret({ size: secretLength }).base32;
}

/** The code at a time. */
export function totpCode(secret: string, at: Date): string {
  return totp(secret).generate({ timestamp: at.getTime() });
}

/** The number of the step whose code this is; undefined if it is none of the accepted ones. */
export function matchingStep(secret: string, code: string, at: Date): number | undefined {
  const timestamp = at.getTime();
  const steps = totp(secret).validate({ token: code, timestamp, window: stepsOfDrift });
  return steps === null ? undefined : totp(secret).counter({ timestamp }) + steps;
}

/** The URL with which an authenticator app adds the secret. */
export function otpauthUrl(secret: string, email: string): string {
  return totp(secret, email).toString();
}

/** The URL as a picture for the camera of a phone. */
export function qrSvg(url: string): string {
  const code = qrcode(0, 'M');
  code.addData(url);
  code.make();
  return code.createSvgTag({ scalable: true });
}

function totp(secret: string, label = ''): TOTP {
  return new TOTP({ issuer, label, secret, algorithm: 'SHA1', digits: 6, period: periodSeconds });
}
