import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type SecureVersion } from 'node:tls';
import { graphUrl } from '../operator.ts';

const host = 'proxy';

/** @returns what is wrong with the encryption of the edge: TLS 1.3 only, plain HTTP answered with the address of HTTPS, and HSTS */
export async function findEdgeFaults(): Promise<readonly string[]> {
  const [old, current, plain, secure] = await Promise.all([
    accepts('TLSv1.2'),
    accepts('TLSv1.3'),
    plainAnswer(),
    fetch(graphUrl, { method: 'POST' }),
  ]);
  const checks: Readonly<Record<string, boolean>> = {
    'TLS 1.2 is accepted': old,
    'TLS 1.3 is refused': !current,
    'plain HTTP is not answered with 308 and the address of HTTPS': plain.status !== 308 || plain.location !== graphUrl,
    'Strict-Transport-Security is missing': !secure.headers
      .get('strict-transport-security')
      ?.includes('max-age=31536000'),
  };
  return Object.keys(checks).filter((fault) => checks[fault]);
}

async function accepts(version: SecureVersion): Promise<boolean> {
  const socket = connect({ host, port: 8443, servername: host, minVersion: version, maxVersion: version });
  try {
    await once(socket, 'secureConnect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function plainAnswer(): Promise<{ readonly status: number | undefined; readonly location: string | undefined }> {
  const [response] = await once(request({ host, port: 8080, path: '/graphql' }).end(), 'response');
  response.resume();
  return { status: response.statusCode, location: response.headers.location };
}
