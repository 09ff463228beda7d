import { ExpiredError, httpbis, type Request, type SignatureParameters } from 'http-message-signatures';
import { RequestRefusal } from '../../errors/request-refusal.ts';
import { checkContentDigest } from './content-digest.ts';
import type { HttpMessage } from './http-message.ts';
import { requiredComponents, signatureInvalid } from './refusals.ts';
import type { SignatureKey } from './signature-key.ts';

/** Seconds by which the time of a signature may differ from the clock of the gateway, in both directions. */
const windowSeconds = 60;
const nonceForm = /^[\x21-\x7e]{8,128}$/;

/**
 * Verifies the signature of a request by an API key. Signatures of other keys, such as those of a proxy, are ignored.
 * @param now milliseconds since 1970
 * @returns the nonce of the signature, which the caller must not have used before
 * @throws RequestRefusal SIGNATURE_INVALID
 */
export async function verifySignature(message: HttpMessage, key: SignatureKey, now: number): Promise<string> {
  checkContentDigest(message);
  let nonce: string | undefined;
  const covered = new Set<string>();
  const isValid = await verifyMessage(toRequest(message), {
    async keyLookup(parameters) {
      if (parameters.keyid !== key.id) return null;
      if (nonce !== undefined) throw signatureInvalid('The request has several signatures of this API key. Send one.');
      nonce = checkParameters(parameters, key, now);
      return {
        verify: async (base, signature) => {
          requireCoverage(covered, message);
          return key.verify(base, signature);
        },
      };
    },
    componentParser: (name, parameters) => {
      if (parameters.size > 0) throw signatureInvalid(`The covered component "${name}" must have no parameters.`);
      if (covered.has(name)) throw signatureInvalid(`The signature covers "${name}" twice. Cover it once.`);
      covered.add(name);
      return componentValue(name, message);
    },
    // `created` is checked above, in both directions.
    notAfter: Number.POSITIVE_INFINITY,
  });
  if (isValid && nonce !== undefined) return nonce;
  if (nonce === undefined) throw signatureInvalid(`No signature has the keyid "${key.id}", the id of this API key.`);
  const problem = `The signature does not match the request. Sign with the ${key.algorithm} key of this API key`;
  throw signatureInvalid(`${problem}, and send exactly what you have signed.`);
}

async function verifyMessage(
  request: Request,
  config: Parameters<typeof httpbis.verifyMessage>[0],
): Promise<boolean | null> {
  try {
    return await httpbis.verifyMessage(config, request);
  } catch (error) {
    if (error instanceof RequestRefusal) throw error;
    if (error instanceof ExpiredError) throw signatureInvalid('The signature has expired. Sign the request again.');
    const problem = 'The headers Signature-Input and Signature cannot be read.';
    throw signatureInvalid(`${problem} Send both as RFC 9421 describes them, under the same label.`);
  }
}

/** @returns the nonce */
function checkParameters(
  { alg, created, nonce }: SignatureParameters,
  { algorithm }: SignatureKey,
  now: number,
): string {
  if (alg !== undefined && alg !== algorithm) {
    throw signatureInvalid(`The signature of this API key must have the algorithm ${algorithm}.`);
  }
  const seconds = created instanceof Date ? created.getTime() / 1_000 : Number.NaN;
  if (!Number.isInteger(seconds)) {
    throw signatureInvalid('The parameter "created" is missing. Send the time of the signature in seconds since 1970.');
  }
  const ahead = seconds - Math.floor(now / 1_000);
  if (Math.abs(ahead) > windowSeconds) {
    const problem = `The signature was created ${Math.abs(ahead)} s ${ahead > 0 ? 'after' : 'before'} the time of the gateway`;
    throw signatureInvalid(`${problem}; ${windowSeconds} s are allowed. Synchronize your clock and sign again.`);
  }
  if (typeof nonce !== 'string' || !nonceForm.test(nonce)) {
    throw signatureInvalid('The parameter "nonce" must have 8 to 128 visible ASCII characters, new for each request.');
  }
  return nonce;
}

/** The value of a component; null for a header, which the library reads. */
function componentValue(name: string, { method, path, headers }: HttpMessage): string[] | null {
  if (name === '@method') return [method];
  if (name === '@path') return [path];
  if (name.startsWith('@')) {
    throw signatureInvalid(`The gateway cannot verify "${name}", which proxies change. Cover @method and @path.`);
  }
  if (headers[name] === undefined) {
    throw signatureInvalid(`The signature covers "${name}", a header that the request does not have.`);
  }
  return null;
}

function requireCoverage(covered: ReadonlySet<string>, { headers }: HttpMessage): void {
  const wanted = [...requiredComponents, ...(headers['idempotency-key'] === undefined ? [] : ['idempotency-key'])];
  const missing = wanted.filter((name) => !covered.has(name));
  if (missing.length > 0) throw signatureInvalid(`The signature must also cover ${missing.join(', ')}.`);
}

function toRequest({ method, path, headers }: HttpMessage): Request {
  const given = Object.entries(headers).filter((entry): entry is [string, string | string[]] => entry[1] !== undefined);
  return { method, url: path, headers: Object.fromEntries(given) };
}
