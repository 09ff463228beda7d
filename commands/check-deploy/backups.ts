import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ComposeFile } from '../../drills/topology/compose-file.ts';
import { composePath } from './compose/composition.ts';
import type { Finding } from './finding.ts';

const image = 'infamous-freight-postgres';
const passphrase = 'PGBACKREST_REPO1_CIPHER_PASS';
const longestArchiveSeconds = 60;
const keptDays = 30;

/** Checks that backups are encrypted and kept for 30 days, that a change is archived within a minute, and that only the database has the passphrase. */
export function checkBackups(project: string, file: ComposeFile): readonly Finding[] {
  return [...checkRepository(project), ...checkArchive(project), ...checkPassphrase(file)];
}

function* checkRepository(project: string): Iterable<Finding> {
  const path = 'infra/postgres/pgbackrest.conf';
  const settings = readSettings(join(project, path));
  const cipher = settings.get('repo1-cipher-type') ?? 'none';
  if (cipher !== 'aes-256-cbc')
    yield { file: path, at: 'repo1-cipher-type', says: `use aes-256-cbc instead of ${cipher}` };
  const isByTime = settings.get('repo1-retention-full-type') === 'time';
  const kept = Number(settings.get('repo1-retention-full'));
  if (!isByTime || !(kept >= keptDays))
    yield { file: path, at: 'repo1-retention-full', says: `keep backups for ${keptDays} days or more` };
}

function* checkArchive(project: string): Iterable<Finding> {
  const path = 'infra/postgres/archive.conf';
  const text = readSettings(join(project, path)).get('archive_timeout') ?? '';
  const seconds = Number(/^'(\d+)s'$/.exec(text)?.[1]);
  if (!(seconds > 0 && seconds <= longestArchiveSeconds))
    yield {
      file: path,
      at: 'archive_timeout',
      says: `use '1s' to '${longestArchiveSeconds}s' instead of ${text || 'nothing'}`,
    };
}

function* checkPassphrase({ services }: ComposeFile): Iterable<Finding> {
  for (const [name, service] of Object.entries(services)) {
    const has = passphrase in service.environment;
    const needs = service.image.split(':')[0] === image;
    if (has === needs) continue;
    const says = needs ? `${passphrase} is required` : `${passphrase} is a secret of the database and its backups`;
    yield { file: composePath, at: `services.${name}`, says };
  }
}

/** Lines of the form `name = value`. */
function readSettings(path: string): ReadonlyMap<string, string> {
  const lines = readFileSync(path, 'utf8').matchAll(/^([\w-]+) *= *(.+)$/gm);
  return new Map([...lines].map(([, name = '', value = '']) => [name, value]));
}
