import { RequestRefusal } from '../../errors/request-refusal.ts';
import type { SignatureKey } from './signature-key.ts';

/** What a signature must cover: see docs/guides/sign-requests.md. */
export const requiredComponents = ['@method', '@path', 'content-digest'] as const;

export function signatureRequired(mutation: string, { id, algorithm }: SignatureKey): RequestRefusal {
  const message = `This API key must sign ${mutation} (RFC 9421). Send the headers Content-Digest, Signature-Input and Signature.`;
  const components = requiredComponents.map((name) => `"${name}"`).join(' ');
  const headers = {
    'www-authenticate': 'Signature',
    'accept-signature': `sig=(${components});created;nonce;keyid="${id}";alg="${algorithm}"`,
  };
  return new RequestRefusal('SIGNATURE_REQUIRED', message, { headers });
}

export function unsignedEdge(mutation: string): RequestRefusal {
  const message = `This API key must sign ${mutation}, and a message on a websocket cannot be signed. Send it by POST over HTTP.`;
  return new RequestRefusal('SIGNATURE_REQUIRED', message);
}

/** @param problem a sentence about what is wrong, followed by what to do */
export function signatureInvalid(problem: string): RequestRefusal {
  return new RequestRefusal('SIGNATURE_INVALID', problem, { headers: { 'www-authenticate': 'Signature' } });
}
