import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/** Answers are data: no browser may guess another type, frame them, or run anything in them. */
const ofAnswers = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
} as const;
const names = Object.keys(ofAnswers) as (keyof typeof ofAnswers)[];

/** For every route: helmet builds its headers anew for each request, which a GraphQL answer can do without. */
export function protectAnswers(app: FastifyInstance): void {
  app.addHook('onRequest', (_request, reply, done) => {
    // Headers set on the raw response send Node down its slow way of writing the head.
    for (const name of names) reply.header(name, ofAnswers[name]);
    done();
  });
}

/** For pages, in place of those for answers: they may load and call this machine only. CodeMirror and GraphiQL write style attributes. */
export async function protectPages(app: FastifyInstance): Promise<void> {
  app.addHook('onRequest', (_request, reply, done) => {
    for (const name of names) reply.removeHeader(name);
    done();
  });
  await app.register(helmet, {
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
