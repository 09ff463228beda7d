import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { freePort } from '#shared/runtime/ports.ts';
import { requireData } from '../../client/data.ts';
import { createGraphClient } from '../../client/graph-client.ts';
import { processTree } from '../../commands/load/process-tree.ts';
import { firstQueries } from '../../commands/welcome.ts';

/**
 * Measures `npm start` as a newcomer sees it: a first start on an empty data folder, then later ones. "ready" is when
 * `/health/ready` responds with 200, "data" when the first queries of the README have data. See README.md.
 */
const { values } = parseArgs({ options: { later: { type: 'string', default: '3' } } });
const dataDir = mkdtempSync(join(tmpdir(), 'freight-start-'));
const port = await freePort();
const gateway = `http://127.0.0.1:${port}`;
const environment = { ...process.env, DATA_DIR: dataDir, PORT: String(port), SUBGRAPH_BASE_PORT: '0', ADMIN_PORT: '0' };

async function isReady(): Promise<boolean> {
  try {
    const response = await fetch(`${gateway}/health/ready`);
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false; // It does not listen yet.
  }
}

async function sendFirstQueries(): Promise<void> {
  const [signIn = '', ...others] = firstQueries;
  const client = createGraphClient({ url: `${gateway}/graphql`, attempts: 1 });
  const session = requireData(await client.send<{ signIn: { accessToken: string } }>({ query: signIn }));
  const headers = { authorization: `Bearer ${session.signIn.accessToken}` };
  for (const query of others) requireData(await client.send({ query }, headers));
}

async function stop(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGINT');
  await exit;
}

async function measure(name: string): Promise<void> {
  const began = performance.now();
  const seconds = () => ((performance.now() - began) / 1000).toFixed(2).padStart(9);
  const child = spawn('npm', ['start'], { env: environment, stdio: ['ignore', 'ignore', 'inherit'], detached: true });
  while (!(await isReady())) {
    if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}`);
    await sleep(20);
  }
  const ready = seconds();
  await sendFirstQueries();
  const data = seconds();
  const { node, postgres } = processTree(child.pid ?? 0);
  const columns = [node.cpuSeconds.toFixed(1), postgres.cpuSeconds.toFixed(1), node.residentMegabytes.toFixed(0)];
  console.log(name.padEnd(8), ready, data, ...columns.map((text) => text.padStart(10)));
  await stop(child);
}

console.log(`${'start'.padEnd(8)}   ready s    data s   node cpu     pg cpu    node MB`);
try {
  await measure('first');
  for (let turn = 0; turn < Number(values.later); turn++) await measure('later');
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
