import { describe, expect, test } from '@jest/globals';
import { testGivenPostgres } from './given-postgres.ts';
import { oldestPostgres } from './given-server.ts';

/** The oldest PostgreSQL that is installed here. Debian 12 has version 15. */
const installed = oldestPostgres();
if (installed) describe('a role without superuser rights on the oldest PostgreSQL', () => testGivenPostgres(installed));
else
  test('the oldest PostgreSQL', () => {
    // Optional on the machine of a developer, required in CI (.ci/run installs it).
    expect(process.env['CI']).toBeUndefined();
  });
