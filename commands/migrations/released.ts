import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { sharedMigrations } from '#shared/database/database.ts';
import { allTables } from '../all-subgraphs.ts';

const releasedFile = z.object({ version: z.string(), migrations: z.record(z.string(), z.array(z.string())) });
/** The migrations of the last release, by subgraph. */
export type Released = z.infer<typeof releasedFile>;

export const releasedPath = 'schema/released-migrations.json';

export const readReleased = (project: string): Released =>
  releasedFile.parse(JSON.parse(readFileSync(join(project, releasedPath), 'utf8')));

/** What the file says after a release of the migrations of now. */
export function releaseNow(version: string): Released {
  const names = allTables.map((tables) => [
    tables.name,
    [...sharedMigrations, ...tables.migrations].map(({ name }) => name),
  ]);
  return { version, migrations: Object.fromEntries(names) };
}

/** @returns true if the first version is the second one or an earlier one */
export function isAtMost(version: string, other: string): boolean {
  const [one, two] = [version, other].map((text) => text.split('.').map(Number));
  const [at = 3] = [0, 1, 2].filter((place) => one?.[place] !== two?.[place]);
  return at === 3 || (one?.[at] ?? 0) < (two?.[at] ?? 0);
}
