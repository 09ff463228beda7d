import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readComposeData, readComposeFile } from '../../drills/topology/compose-file.ts';
import { standingSet } from '../../drills/topology/next-set.ts';
import { checkSchema } from '../check-deploy/compose/schema.ts';
import { setsOf } from '../deploy/compose/compose-target.ts';
import { nextFile } from '../deploy/compose/next-file.ts';
import { newComposeSecrets } from '../keys/compose-secrets.ts';

const path = join(import.meta.dirname, '../../docker-compose.yml');
const secrets = await newComposeSecrets();
const processes = standingSet(readComposeFile(path, secrets)).flat();

test('the next set of docker-compose.yml asks itself, waits for nobody, and has another version', () => {
  const next = nextFile(readComposeData(path), processes);
  expect(checkSchema(next)).toEqual([]);
  const services = Object.entries((next as { services: Record<string, object> }).services);
  expect(services.map(([name]) => name)).toEqual(processes.map((name) => `next-${name}`));
  const gateway = Object.fromEntries(services)['next-gateway-1'];
  // biome-ignore lint/suspicious/noTemplateCurlyInString: variables of Compose
  expect(gateway).toMatchObject({ profiles: ['next'], image: 'infamous-freight:${NEXT_VERSION:?}', read_only: true });
  expect(gateway).toHaveProperty('environment.SUBGRAPH_URL_RISK', 'http://next-risk:4006/graphql');
  expect(gateway).toHaveProperty('environment.REDIS_URL', 'redis://redis:6379');
  expect(gateway).not.toHaveProperty('depends_on');
  const text = JSON.stringify(next);
  for (const secret of Object.values(secrets)) expect(text).not.toContain(secret);
});

test('docker starts subgraphs before gateways, restarts the standing set one by one, and ends gateways first', async () => {
  const asked: string[] = [];
  const sets = setsOf(async (args, { VERSION, NEXT_VERSION } = {}) => {
    asked.push(`${args[0]} ${args.at(-1)} ${VERSION ?? NEXT_VERSION ?? ''}`.trim());
    return '';
  }, processes);
  await sets.migrate('1.2.0');
  await sets.startNext('1.2.0');
  await sets.replace('1.2.0');
  await sets.stopNext();
  const each = (template: (name: string) => string) => processes.map(template);
  expect(processes.slice(-2)).toEqual(['gateway-1', 'gateway-2']);
  expect(asked).toEqual([
    'run migrate 1.2.0',
    ...each((name) => `up next-${name} 1.2.0`),
    ...each((name) => `up ${name} 1.2.0`),
    ...each((name) => `rm next-${name}`).toReversed(),
  ]);
});
