import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { parsePage } from './check-docs/page.ts';
import { type CitedTest, citedTests } from './check-security/cited-tests.ts';
import { runTests } from './check-security/run-tests.ts';

const root = join(import.meta.dirname, '..');
const page = 'docs/security.md';

const isSlow = ({ file }: CitedTest): boolean => file.endsWith('.ops.test.ts');
const isQuick = (test: CitedTest): boolean => !isSlow(test);

try {
  readCommandLine({
    call: 'npm run check:security --',
    does: `Attacks the product: runs every test that ${page} names.`,
    options: {},
  });
  const tests = citedTests(parsePage(page, readFileSync(join(root, page), 'utf8')));
  runTests(root, 'jest.config.js', tests.filter(isQuick));
  runTests(root, 'jest.ops.config.js', tests.filter(isSlow));
  console.log(`${tests.length} attacks were refused as ${page} says.`);
} catch (error) {
  exitWith(error);
}
