import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nextName } from '../../../drills/topology/next-set.ts';
import type { Finding } from '../finding.ts';
import { healthPaths } from '../kubernetes/served-paths.ts';
import { processOf } from '../product-processes.ts';
import { type Composition, servicesOf } from './composition.ts';

const path = 'infra/haproxy/haproxy.cfg';
const yearSeconds = 31_536_000;

/** A section of a configuration of HAProxy, such as `frontend clients`. */
interface Section {
  readonly kind: string;
  readonly name: string;
  readonly lines: readonly string[];
}

/** Clients find TLS 1.3 only: what comes in plain text is redirected, browsers remember it, and gateways are asked at paths that they serve. */
export function checkHaproxy(composition: Composition): readonly Finding[] {
  const sections = readSections(readFileSync(join(composition.project, path), 'utf8'));
  return [
    ...checkTls(sections),
    ...publicPorts(composition).flatMap((port) => [...checkFrontend(port, sections)]),
    ...sections.filter(({ kind }) => kind === 'backend').flatMap((backend) => [...checkBackend(backend, composition)]),
  ].map(({ at, says }) => ({ file: path, at, says }));
}

type Fault = Pick<Finding, 'at' | 'says'>;

function readSections(text: string): readonly Section[] {
  const [, ...parts] = text.split(/^(?=[a-z])/m);
  return parts.map((part) => {
    const [head = '', ...lines] = part.split('\n').map((line) => line.trim());
    const [kind = '', name = kind] = head.split(/\s+/);
    return { kind, name, lines: lines.filter((line) => line !== '' && !line.startsWith('#')) };
  });
}

const publicPorts = (composition: Composition): readonly number[] =>
  servicesOf(composition)
    .filter(([, { image }]) => image.startsWith('haproxy:'))
    .flatMap(([, { ports }]) => ports.map((port) => Number(port.split(':').at(-1))));

function* checkTls(sections: readonly Section[]): Iterable<Fault> {
  const versions = sections.flatMap(({ lines }) =>
    lines.flatMap((line) => [...line.matchAll(/ssl-min-ver (\S+)/g)].map(([, version]) => version)),
  );
  if (versions.length === 0 || versions.some((version) => version !== 'TLSv1.3'))
    yield { at: 'ssl-min-ver', says: `use TLSv1.3 instead of ${versions.join(', ') || 'nothing'}` };
}

function* checkFrontend(port: number, sections: readonly Section[]): Iterable<Fault> {
  const isBind = (line: string) => new RegExp(`^bind \\S*:${port}\\b`).test(line);
  const frontend = sections.find(({ lines }) => lines.some(isBind));
  if (!frontend) {
    yield { at: `port ${port}`, says: 'docker-compose.yml publishes it, and no frontend binds it' };
    return;
  }
  const { name: at, lines } = frontend;
  const has = (pattern: RegExp) => lines.some((line) => pattern.test(line));
  if (!has(/^bind .* ssl /)) {
    if (!has(/^http-request redirect code 308 location https:\/\/\S+$/) || has(/backend/))
      yield { at, says: 'every request must be redirected to HTTPS, with 308' };
    return;
  }
  const header = lines.map((line) => /strict-transport-security "max-age=(\d+)/.exec(line)?.[1]).find(Boolean);
  if (!(Number(header) >= yearSeconds)) yield { at, says: 'strict-transport-security of a year is required' };
  for (const removed of ['x-forwarded-for', 'forwarded'])
    if (!has(new RegExp(`^http-request del-header ${removed}$`)))
      yield { at, says: `del-header ${removed} is required: clients could name other addresses` };
}

function* checkBackend({ name: at, lines }: Section, { file }: Composition): Iterable<Fault> {
  const asked = lines.map((line) => /^option httpchk GET (\S+)/.exec(line)?.[1]).find(Boolean);
  const served: readonly string[] = healthPaths.gateway;
  if (!asked || !served.includes(asked)) yield { at, says: `option httpchk: a gateway serves no ${asked ?? 'GET'}` };
  if (!lines.some((line) => /^default-server check\b/.test(line))) yield { at, says: 'servers must be checked' };
  for (const [name, { command }] of Object.entries(file.services))
    if (processOf(command)?.kind === 'gateway' && !lines.some((line) => isServer(line, name)))
      yield { at, says: `the server ${name} is missing` };
}

const isServer = (line: string, name: string): boolean =>
  line.startsWith(`server ${name} `) || line.startsWith(`server ${nextName(name)} `);
