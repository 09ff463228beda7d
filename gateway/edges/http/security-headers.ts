import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import type { ReadOrigin } from '../../access/clients/client-address.ts';

/** Headers of responses with data. They forbid browsers to guess another type, to frame a response and to run scripts in it. */
export const headersOfResponses = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
} as const;
const names = Object.keys(headersOfResponses) as (keyof typeof headersOfResponses)[]; // a constant has no other names

/** Sent over TLS only: RFC 6797 (section 7.2) forbids the header over plain HTTP. */
const transportSecurity = 'max-age=31536000; includeSubDomains';

/** Sets the headers for every route. helmet is not used here because it builds its headers again for each request. */
export function protectResponses(app: FastifyInstance, readOrigin: ReadOrigin): void {
  app.addHook('onRequest', (request, reply, done) => {
    // Not set on the raw response: see docs/performance.md, P17.
    for (const name of names) reply.header(name, headersOfResponses[name]);
    if (readOrigin(request.raw).isSecure) reply.header('strict-transport-security', transportSecurity);
    done();
  });
}

/** Replaces the headers for data by those for pages, which may load and call this server only. CodeMirror and GraphiQL need inline styles. */
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
