export default {
  testMatch: ['**/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/\\.data/', '/commands/new/template/', '\\.ops\\.test\\.ts$'],
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
