import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedPostgres } from '#shared/database/postgres/embedded-postgres.ts';
import { databaseName, provision, roleUrl } from '#shared/database/provision.ts';
import { createFieldCipher } from '#shared/identity/field-cipher.ts';
import type { FieldKeys } from '#shared/identity/sealed-text.ts';
import { newKeyPair } from '#shared/identity/tokens.ts';
import { createMemoryPubSub } from '#shared/live/pubsub-memory.ts';
import { createLog } from '#shared/runtime/log.ts';
import { openSubgraph } from '#shared/server.ts';
import { allSubgraphs } from '../../commands/all-subgraphs.ts';
import { processTree } from '../../commands/load/process-tree.ts';
import { generateWorld } from '../../demo/generate/generate.ts';
import { seedAlone } from '../../demo/seeding/seed-alone.ts';

/** Measures the parts of a first start one after the other, in seconds: wall time, CPU of this process, CPU of PostgreSQL. */
const folder = mkdtempSync(join(tmpdir(), 'freight-seeds-'));

function postgresCpuSeconds(): number {
  try {
    const pid = Number(readFileSync(join(folder, 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0]);
    return processTree(pid).postgres.cpuSeconds;
  } catch {
    return 0; // It does not run yet.
  }
}

async function timed<T>(name: string, run: () => Promise<T> | T): Promise<T> {
  const [wall, cpu, postgres] = [performance.now(), process.cpuUsage(), postgresCpuSeconds()];
  const result = await run();
  const { user, system } = process.cpuUsage(cpu);
  const seconds = [(performance.now() - wall) / 1000, (user + system) / 1e6, postgresCpuSeconds() - postgres];
  console.log(name.padEnd(20), ...seconds.map((value) => value.toFixed(2).padStart(8)));
  return result;
}

console.log('seconds of'.padEnd(20), ...['wall', 'node', 'postgres'].map((column) => column.padStart(8)));
const server = new EmbeddedPostgres(folder);
try {
  const adminUrl = await timed('postgres', () => server.start());
  const keyring = { access: await newKeyPair(), identity: await newKeyPair() };
  const fieldKeys: FieldKeys = [{ id: 'bench', secret: Buffer.alloc(32) }];
  const cipher = createFieldCipher({ fieldKeys, blindIndexKeys: ['freight-bench-blind-index'] });
  const all = await allSubgraphs(keyring, {
    apiKeySecret: 'unused API key secret',
    fieldKeys,
  });
  const secret = 'freight-bench-roles';
  const names = all.map((one) => one.name);
  await timed('provision', () => provision(adminUrl, databaseName, names, secret));
  const world = await timed('world', () => generateWorld({ seed: 2025, now: new Date() }));
  for (const subgraph of all) {
    const databaseUrl = roleUrl(adminUrl, databaseName, subgraph.name, secret);
    const open = await timed(`open ${subgraph.name}`, () =>
      openSubgraph(subgraph, {
        databaseUrl,
        live: createMemoryPubSub(),
        log: createLog(subgraph.name, 'silent'),
        cipher,
      }),
    );
    await timed(`seed ${subgraph.name}`, () => seedAlone(open, world));
    await open.close();
  }
} finally {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
}
