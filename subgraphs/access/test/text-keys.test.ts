import { expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import { textKey } from '#shared/input/text-key.ts';
import { announced, upgradeWith } from '../../shared/test/migrations.ts';
import { migrations } from '../migrations/list.ts';

test('organizations of earlier releases get keys, equal ones stay, and all are announced again', async () => {
  const [first = '', second = ''] = [newId(), newId()].toSorted();
  await using database = await upgradeWith('access', migrations, {
    before: '0005-text-keys',
    statements: `
      insert into jobs.subscription (event, name) values ('organization.changed', 'access_events');
      insert into organization (id, name, tier, created_at) values
        ('${first}', 'Bäckerei  MÖLLER', 'FREE', '2026-01-02'), ('${second}', 'BÄCKEREI Möller', 'FREE', '2026-01-03');
      insert into account (id, email, name, roles, created_at)
        values ('${newId()}', 'zoe@example.com', 'Zoë O''Neil', '{ADMIN}', now())`,
  });
  const em = database.fork();
  const organizations = await em.execute('select id, name_key as key from organization order by id');
  expect(organizations).toEqual([
    { id: first, key: textKey('Bäckerei Möller') },
    { id: second, key: `${textKey('Bäckerei Möller')} ${second}` },
  ]);
  expect(await em.execute('select name_key as key from account')).toEqual([{ key: textKey("Zoë O'Neil") }]);
  expect(await announced(em, 'access_events')).toEqual([
    { organizationId: first, name: 'Bäckerei  MÖLLER', tier: 'FREE', createdAt: '2026-01-02T00:00:00.000Z' },
    { organizationId: second, name: 'BÄCKEREI Möller', tier: 'FREE', createdAt: '2026-01-03T00:00:00.000Z' },
  ]);
});

test('organizations and accounts get keys with the vowels of their names, and changed ones are announced', async () => {
  const [first = '', second = ''] = [newId(), newId()].toSorted();
  await using database = await upgradeWith('access', migrations, {
    before: '0006-letter-keys',
    statements: `
      insert into jobs.subscription (event, name) values ('organization.changed', 'access_events');
      insert into organization (id, name, name_key, tier, created_at) values
        ('${first}', 'Corvo', 'corvo', 'FREE', '2026-01-02'), ('${second}', 'रमा', 'रम ${second}', 'FREE', '2026-01-03');
      insert into account (id, email, name, name_key, roles, created_at)
        values ('${newId()}', 'zoe@example.com', 'Zoë O''Neil', 'zoe o''neil', '{ADMIN}', now())`,
  });
  const em = database.fork();
  expect(await em.execute('select name_key as key from organization order by id')).toEqual([
    { key: 'corvo' },
    { key: 'रमा' },
  ]);
  expect(await em.execute('select name_key as key from account')).toEqual([{ key: 'zoe oneil' }]);
  expect(await announced(em, 'access_events')).toEqual([
    { organizationId: second, name: 'रमा', tier: 'FREE', createdAt: '2026-01-03T00:00:00.000Z' },
  ]);
});
