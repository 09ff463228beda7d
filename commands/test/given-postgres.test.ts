import { describe } from '@jest/globals';
import { testGivenPostgres } from './given-postgres.ts';

describe('a role without superuser rights on the PostgreSQL of npm', () => testGivenPostgres({ version: 18 }));
