import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { asAdmin, provision } from '../database/provision.ts';
import { scramVerifier } from '../database/scram-verifier.ts';
import { roleSecret, subgraphNames } from './cluster.ts';
import { createTestDatabase, type TestDatabase } from './harness.ts';

const administrator = process.env['TEST_POSTGRES_URL'] ?? '';
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe('the password of a role', () => {
  test('is in no statement that creates or changes the role', async () => {
    const { password } = new URL(database.urlFor('fleet'));
    const sent = jest.spyOn(pg.Client.prototype, 'query');
    try {
      await provision(administrator, database.name, subgraphNames, roleSecret);
      const statements = sent.mock.calls.map(([statement]) => String(statement));
      expect(statements).toContainEqual(expect.stringContaining('alter role "freight_fleet" login password'));
      expect(statements.filter((statement) => statement.includes(password))).toEqual([]);
    } finally {
      sent.mockRestore();
    }
  });

  test('has the verifier that PostgreSQL would make of it', async () => {
    const stored = await asAdmin(administrator, database.name, async (client) => {
      await client.query('begin');
      try {
        await client.query(`set local password_encryption = 'scram-sha-256'`);
        await client.query(`create role freight_scram_test login password 'correct horse'`);
        const { rows } = await client.query<{ verifier: string }>(
          `select rolpassword as verifier from pg_authid where rolname = 'freight_scram_test'`,
        );
        return rows[0]?.verifier ?? '';
      } finally {
        await client.query('rollback');
      }
    });
    const [, salt = ''] = /^SCRAM-SHA-256\$4096:([^$]+)\$/.exec(stored) ?? [];
    expect(scramVerifier('correct horse', Buffer.from(salt, 'base64'))).toBe(stored);
  });
});
