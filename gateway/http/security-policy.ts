import type { FastifyHelmetOptions } from '@fastify/helmet';
import type { GatewayConfig } from '../config.ts';

/** What pages of ours (the explorer) may do: load and call this machine only. CodeMirror and GraphiQL write style attributes. */
export function contentSecurityPolicy({
  environment,
}: Pick<GatewayConfig, 'environment'>): FastifyHelmetOptions['contentSecurityPolicy'] {
  return {
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
      // Without TLS in front, which is how developers run it, an upgrade would break the page.
      ...(environment === 'production' && { 'upgrade-insecure-requests': [] }),
    },
  };
}
