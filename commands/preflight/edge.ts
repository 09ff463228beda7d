import { once } from 'node:events';
import { checkServerIdentity, connect } from 'node:tls';
import { errorCode, errorMessage } from '#shared/errors/error-code.ts';
import { isProduct } from '../../drills/topology/compose-file.ts';
import { type Check, requireNone } from './check.ts';
import { Fault } from './fault.ts';
import { compositionOf, type Site } from './site.ts';

const timeoutMs = 5_000;
const leastDays = 14;
const dayMs = 86_400_000;

export const certificatesCheck: Check = {
  name: 'certificates',
  advice: 'Renew the certificate, with SERVER_NAME in it: docs/runbooks/certificate-expires.md.',
  async run(site) {
    const { hostname, port } = new URL(site.edge);
    // An operator wants to know what is wrong with a certificate, so that it is read even if nobody trusts it.
    const socket = connect({
      host: hostname,
      port: Number(port) || 443,
      rejectUnauthorized: false,
      timeout: timeoutMs,
    });
    try {
      socket.once('timeout', () => socket.destroy(new Error(`nothing within ${timeoutMs / 1_000} s`)));
      await once(socket, 'secureConnect').catch((error: unknown) => {
        throw new Fault(
          `${site.edge} does not respond with TLS (${errorCode(error) ?? errorMessage(error)}).`,
          'Start the edge (HAProxy) and look at its log, or correct --edge.',
        );
      });
      const certificate = socket.getPeerCertificate();
      const name = site.variables['SERVER_NAME'] ?? 'localhost';
      const days = Math.floor((Date.parse(certificate.valid_to) - site.now()) / dayMs);
      const mismatch = checkServerIdentity(name, certificate);
      requireNone([
        ...(mismatch ? [`The certificate is not for ${name}.`] : []),
        ...(days >= leastDays ? [] : [`The certificate is valid for ${days} days. It needs ${leastDays} or more.`]),
        ...(socket.getProtocol() === 'TLSv1.3' ? [] : [`The edge needs TLS 1.3. It speaks ${socket.getProtocol()}.`]),
      ]);
      const trust = socket.authorized ? '' : ' This host does not trust its issuer.';
      return `The certificate for ${name} is valid for ${days} days.${trust}`;
    } finally {
      socket.destroy();
    }
  },
};

export const portsCheck: Check = {
  name: 'ports',
  advice: 'Start what does not respond, and look at its log. The address that redirects is that of --plain-edge.',
  async run(site) {
    const services = Object.entries(compositionOf(site).file.services);
    const addresses = services
      .filter(([, service]) => isProduct(service) && service.restart !== 'no')
      .map(([name, { environment }]) => `http://${name}:${environment['PORT']}/health`);
    const faults = await Promise.all([...addresses.map(findFault), findRedirectFault(site)]);
    requireNone(faults.flatMap((fault) => fault ?? []));
    return `${addresses.length} processes respond, and the edge redirects plain HTTP.`;
  },
};

async function findFault(url: string): Promise<string | undefined> {
  const { origin } = new URL(url);
  return fetch(url, { signal: AbortSignal.timeout(timeoutMs) }).then(
    ({ ok, status }) => (ok ? undefined : `${origin} responds ${status}.`),
    () => `${origin} does not respond.`,
  );
}

async function findRedirectFault({ plainEdge }: Site): Promise<string | undefined> {
  const { origin } = new URL(plainEdge);
  return fetch(`${origin}/graphql`, { redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) }).then(
    ({ status }) => (status === 308 ? undefined : `${origin} does not redirect to HTTPS.`),
    () => `${origin} does not respond.`,
  );
}
