import { expect, test } from '@jest/globals';
import { postmasterOf } from '#shared/database/postgres/postmaster.ts';
import { isRunning } from '#shared/runtime/processes.ts';
import { createGraphClient } from '../../client/graph-client.ts';
import { demoCredentials } from '../../demo/accounts.ts';
import { createInstallation, until } from './installation.ts';
import type { Terminal } from './terminal.ts';

async function readyAt(terminal: Terminal): Promise<string> {
  await terminal.line('Ctrl-C stops everything');
  return /http:\S+/.exec(await terminal.line('Graph '))?.[0] ?? '';
}

async function signsIn(url: string): Promise<boolean> {
  const query = 'mutation($input: SignInInput!) { signIn(input: $input) { viewer { name } } }';
  const client = createGraphClient({ url, attempts: 1 });
  const { data } = await client.send<{ signIn: { viewer: { name: string } | null } | null }>({
    query,
    variables: { input: demoCredentials('dispatcher') },
  });
  return typeof data?.signIn?.viewer?.name === 'string';
}

test('PostgreSQL is restarted when it dies, outlives a kill of the product, and ends with the next one', async () => {
  using installation = createInstallation();
  const { cluster, processOfProduct, leftovers } = installation;
  const first = installation.start();
  const url = await readyAt(first);
  expect(await signsIn(url)).toBe(true);
  process.kill(postmasterOf(cluster)!, 'SIGKILL');
  await until(first, () => signsIn(url));

  const postgres = postmasterOf(cluster)!;
  process.kill(processOfProduct()!, 'SIGKILL');
  await first.exitCode;
  expect(isRunning(postgres)).toBe(true);

  const second = installation.start();
  expect(await signsIn(await readyAt(second))).toBe(true);
  expect(postmasterOf(cluster)).toBe(postgres);
  second.interrupt();
  // 130 when npm handed its copy of the signal on so late that it counts as a second Ctrl-C.
  expect([0, 130]).toContain(await second.exitCode);
  await second.line('Stopping; data stays in place.');
  expect(leftovers()).toEqual({ postgres: undefined, locks: [] });
});
