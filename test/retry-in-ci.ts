import { jest } from '@jest/globals';

/**
 * On a shared machine a paused process can let a time limit of a test end early. In CI such a test runs once more, and the
 * first error is printed. Elsewhere every failure counts at once.
 */
// biome-ignore lint/style/noDefaultExport: the runner calls the default export before each test file
export default function retryInCi(): void {
  if (process.env['CI'] === 'true') jest.retryTimes(1, { logErrorsBeforeRetry: true });
}
