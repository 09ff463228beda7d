import { existsSync } from 'node:fs';

/** Tests on real data that is no part of the project. They run where it is present. */
const absentData = existsSync(new URL('../shared/data', import.meta.url)) ? [] : ['\\.data\\.test\\.ts$'];

export default {
  testMatch: ['**/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/\\.data/', '/commands/new/template/', '\\.ops\\.test\\.ts$', ...absentData],
  // Node imports the tests and strips their types.
  testRunner: './test/jest/runner.ts',
  testEnvironment: './test/jest/environment.ts',
  transform: {},
  setupFilesAfterEnv: ['./subgraphs/shared/test/random.ts', './test/retry-in-ci.ts'],
  globalSetup: './test/global-setup.ts',
  globalTeardown: './test/global-teardown.ts',
  testTimeout: 60_000,
  maxWorkers: 2,
};
