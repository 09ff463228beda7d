import quick from './jest.config.js';

/** Tests that start many processes or take long: `npm run test:ops`. */
export default {
  ...quick,
  testSequencer: './test/jest/longest-first.ts',
  testMatch: ['**/test/**/*.ops.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/\\.data/', '/commands/new/template/'],
};
