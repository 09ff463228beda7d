import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { newComposeSecrets } from '../../commands/keys/compose-secrets.ts';
import { readComposeFile } from '../topology/compose-file.ts';
import { answers, healthOf } from '../topology/health.ts';

const { services } = readComposeFile(join(import.meta.dirname, '../../docker-compose.yml'), await newComposeSecrets());
const address = '127.0.1.9';
const translate = (text: string) => text.replaceAll('/textfile', '/data/volumes/textfile');
const checkOf = (name: string) => {
  const service = services[name];
  if (!service) throw new Error(`docker-compose.yml has no service "${name}".`);
  return healthOf(service, address, translate);
};

describe('the topology asks what docker-compose.yml asks', () => {
  test.each([
    ['prometheus', { kind: 'http', url: `http://${address}:9090/-/healthy` }],
    ['alertmanager', { kind: 'http', url: `http://${address}:9093/-/healthy` }],
    ['redis-exporter', { kind: 'http', url: `http://${address}:9121/health` }],
    ['gateway-1', { kind: 'http', url: `http://${address}:4000/health` }],
    ['fleet', { kind: 'http', url: `http://${address}:4003/health` }],
    ['redis', { kind: 'command', file: 'redis-cli', args: ['-h', address, 'ping'] }],
    ['postgres', { kind: 'command', file: 'sh', args: ['-c', `pg_isready -h ${address} -U postgres`] }],
    ['backup', { kind: 'command', file: 'sh', args: ['-c', expect.stringContaining('find /data/volumes/textfile/')] }],
    ['proxy', { kind: 'command', file: 'bash', args: ['-c', expect.stringContaining(`/dev/tcp/${address}/8404`)] }],
    ['migrate', { kind: 'exit' }],
  ])('of %s', (name, expected) => {
    expect(checkOf(name)).toEqual(expected);
  });

  test('at the address of the service, or in its volume', () => {
    const checks = Object.keys(services).map((name) => [name, checkOf(name)] as const);
    // `vector` and `mailbox` have no counterpart here.
    const elsewhere = checks.filter(
      ([name, check]) =>
        !['vector', 'mailbox'].includes(name) &&
        check.kind === 'command' &&
        !check.args.some((part) => part.includes(address) || part.includes('/data/')),
    );
    expect(elsewhere).toEqual([]);
  });
});

test('a command says whether a service is healthy', async () => {
  const command = (file: string) => ({ kind: 'command', file, args: [] }) as const;
  expect([await answers(command('true'), process.env), await answers(command('false'), process.env)]).toEqual([
    true,
    false,
  ]);
});
