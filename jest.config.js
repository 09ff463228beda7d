/** Type stripping by swc, real ESM: the tests run the same files that `node` runs. */
export default {
  testEnvironment: 'node',
  testMatch: ['**/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/\\.data/', '/commands/new/template/', '\\.ops\\.test\\.ts$'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'esnext',
          parser: { syntax: 'typescript' },
          experimental: { keepImportAttributes: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
  setupFiles: ['./subgraphs/shared/test/random.ts'],
  setupFilesAfterEnv: ['./test/retry-in-ci.ts'],
  globalSetup: './test/global-setup.ts',
  globalTeardown: './test/global-teardown.ts',
  testTimeout: 60_000,
  maxWorkers: 2,
  // Node keeps the modules of earlier test files (vm.SourceTextModule), so a worker would reach its heap limit.
  workerIdleMemoryLimit: '1500MB',
};
