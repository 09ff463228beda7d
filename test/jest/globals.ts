import type * as globals from '@jest/globals';

type Globals = typeof globals;

/** What `@jest/globals` exports while a test file runs: each import reads the current value. */
export let afterAll: Globals['afterAll'];
export let afterEach: Globals['afterEach'];
export let beforeAll: Globals['beforeAll'];
export let beforeEach: Globals['beforeEach'];
export let describe: Globals['describe'];
export let expect: Globals['expect'];
export let jest: Globals['jest'];
export let test: Globals['test'];

export function setGlobals(globalsOfFile: Globals): void {
  ({ afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } = globalsOfFile);
}
