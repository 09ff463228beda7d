import { existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedPostgres } from '#shared/database/postgres/embedded-postgres.ts';
import { type Programs, programsIn } from '#shared/database/postgres/programs.ts';
import { asAdmin } from '#shared/database/provision.ts';
import { quickFlags } from '#shared/test/cluster.ts';

/** A PostgreSQL server as managed services give it: administrators may create roles and databases and are no superusers. */
export interface GivenServer extends AsyncDisposable {
  readonly superuserUrl: string;
  /** URL of a role whose password is its name. */
  urlOf(role: string, database?: string): string;
}

export interface InstalledPostgres {
  readonly version: number;
  readonly folder: string;
  readonly programs: () => Promise<Programs>;
}

/** The oldest supported PostgreSQL that is installed here (Debian 12 has 15). */
export function oldestPostgres(): InstalledPostgres | undefined {
  const [oldest] = globSync('/usr/lib/postgresql/*/bin')
    .map((folder) => ({ folder, version: Number(folder.split('/')[4]) }))
    .filter(({ folder, version }) => version >= 15 && existsSync(join(folder, 'initdb')))
    .sort((one, other) => one.version - other.version);
  return oldest && { ...oldest, programs: () => programsIn(oldest.folder) };
}

/**
 * An empty cluster.
 * @param programs those of npm where absent
 * @param roles what each role may do
 */
export async function startGivenServer(
  programs: (() => Promise<Programs>) | undefined,
  roles: Readonly<Record<string, string>>,
): Promise<GivenServer> {
  await using resources = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'freight-given-'));
  resources.defer(() => rmSync(folder, { recursive: true, force: true }));
  const server = new EmbeddedPostgres(folder, { flags: quickFlags, ...(programs && { programs }) });
  const superuserUrl = await resources.use(server).start();
  await asAdmin(superuserUrl, undefined, async (client) => {
    for (const [role, rights] of Object.entries(roles))
      await client.query(`create role ${role} login ${rights} password '${role}'`);
  });
  const running = resources.move();
  return {
    superuserUrl,
    urlOf(role, database = 'postgres') {
      const url = new URL(superuserUrl);
      url.username = url.password = role;
      url.pathname = `/${database}`;
      return url.href;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
