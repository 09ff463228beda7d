import { createRequire } from 'node:module';

// The types of the package describe its CommonJS build only.
const { default: Sequencer } = createRequire(import.meta.url)(
  '@jest/test-sequencer',
) as typeof import('@jest/test-sequencer');

/** Takes most of the time of the slow tests. */
const longest = 'drills.ops.test.ts';

/** Starts the drills first: one worker runs them, which mostly wait, while the other one runs all other files. */
// biome-ignore lint/style/noDefaultExport: jest asks for a default export
export default class LongestFirst extends Sequencer {
  override sort(tests: Parameters<InstanceType<typeof Sequencer>['sort']>[0]) {
    return tests.toSorted((one, other) => Number(other.path.endsWith(longest)) - Number(one.path.endsWith(longest)));
  }
}
