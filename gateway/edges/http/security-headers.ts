import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import type { ReadOrigin } from '../../access/clients/client-address.ts';

/** Responses are data: no browser may guess another type, frame them, or run anything in them. */
const ofResponses = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
} as const;
const names = Object.keys(ofResponses) as (keyof typeof ofResponses)[];

/** Sent under TLS only: under plain HTTP it would pin every service of the host name to HTTPS (RFC 6797, section 7.2). */
const transportSecurity = 'max-age=31536000; includeSubDomains';

/** For every route. Not by helmet, which builds its headers anew for each request. */
export function protectResponses(app: FastifyInstance, readOrigin: ReadOrigin): void {
  app.addHook('onRequest', (request, reply, done) => {
    // Headers set on the raw response prevent Node from writing the head in one call.
    for (const name of names) reply.header(name, ofResponses[name]);
    if (readOrigin(request.raw).isSecure) reply.header('strict-transport-security', transportSecurity);
    done();
  });
}

/** For pages, in place of those for data: they may load and call this machine only. CodeMirror and GraphiQL write style attributes. */
export async function protectPages(app: FastifyInstance): Promise<void> {
  app.addHook('onRequest', (_request, reply, done) => {
    for (const name of names) reply.removeHeader(name);
    done();
  });
  await app.register(helmet, {
    strictTransportSecurity: false,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'self'"],
        'base-uri': ["'none'"],
        'object-src': ["'none'"],
        'frame-ancestors': ["'self'"],
        'form-action': ["'self'"],
        'script-src': ["'self'"],
        'style-src': ["'self'", "'unsafe-inline'"],
        'img-src': ["'self'", 'data:'],
        'font-src': ["'self'", 'data:'],
        'worker-src': ["'self'", 'blob:'],
        'connect-src': ["'self'"],
      },
    },
  });
}
