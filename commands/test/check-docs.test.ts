import { describe, expect, test } from '@jest/globals';
import { findBrokenLinks, findMissingFiles } from '../check-docs/links.ts';
import { parsePage } from '../check-docs/page.ts';
import { findMisshapenRecords } from '../check-docs/records.ts';
import { findUnknownRules } from '../check-docs/rules.ts';
import { findUnlistedRunbooks } from '../check-docs/runbooks.ts';
import { findUnknownScripts } from '../check-docs/scripts.ts';
import { citedTests, findMissingTests } from '../check-security/cited-tests.ts';
import { titlePattern } from '../check-security/run-tests.ts';

/** `npm run check:docs` checks the documents of the project; here is what it finds. */
describe('links', () => {
  const guide = parsePage('docs/guide.md', '# A guide\n## Step one: `npm ci`\n```\n[in code](nowhere.md)\n```\n');
  const exists = (path: string) => path === 'README.md' || path === 'docs/guide.md';
  const linksOf = (text: string) => findBrokenLinks([parsePage('README.md', text), guide], exists);

  test('to files and headings that are there pass, and so do addresses and code', () => {
    const text =
      '[guide](docs/guide.md) [step](docs/guide.md#step-one-npm-ci) [web](https://example.com/a) `[x](y.md)`';
    expect(linksOf(text)).toEqual([]);
    expect(findBrokenLinks([guide], exists)).toEqual([]);
  });

  test('to other files and headings are named', () => {
    expect(linksOf('[gone](docs/gone.md)')).toEqual(['README.md: there is no docs/gone.md']);
    expect(linksOf('[gone](docs/guide.md#gone)')).toEqual(['README.md: docs/guide.md has no heading #gone']);
    expect(linksOf('[self](#gone)')).toEqual(['README.md: README.md has no heading #gone']);
  });
});

test('a file between backticks must be there, by the end of its path', () => {
  const page = parsePage('README.md', 'See `store/lists.ts`, `lists.ts` and `store/gone.ts`.');
  expect(findMissingFiles([page], ['subgraphs/fleet/store/lists.ts'])).toEqual([
    'README.md: there is no file store/gone.ts',
  ]);
});

test('a command of npm must be a script, in text and in code', () => {
  const page = parsePage(
    'README.md',
    'Run `npm run k8s -- --check`.\n```sh\nnpm run -s migrate -- --urls\nnpm run gone\n```\n',
  );
  expect(findUnknownScripts([page], new Set(['k8s', 'migrate']))).toEqual([
    'README.md: package.json has no script gone',
  ]);
});

test('the index of runbooks lists each of them', () => {
  const page = (name: string, text = '') => parsePage(`docs/runbooks/${name}`, text);
  const pages = [page('README.md', '[disk](disk-full.md)'), page('disk-full.md'), page('rollback.md')];
  expect(findUnlistedRunbooks(pages)).toEqual(['docs/runbooks/rollback.md: docs/runbooks/README.md does not list it']);
});

test('decision records are numbered, dated, of one form, and listed', () => {
  const record = (number: string, head: string) =>
    parsePage(
      `docs/decisions/${number}-a.md`,
      `# ${number}. A\n\n${head}\n\n## Context\n## Decision\n## Consequences\n`,
    );
  const index = parsePage('docs/decisions/README.md', '(0001-a.md) (0003-a.md)');
  const dated = 'Date: 2026-11-20. Status: accepted.';
  expect(findMisshapenRecords([index, record('0001', dated)])).toEqual([]);
  expect(findMisshapenRecords([index, record('0001', 'Status: accepted.'), record('0003', dated)])).toEqual([
    'docs/decisions/0001-a.md: a line "Date: YYYY-MM-DD. Status: …" is required',
    'docs/decisions/0003-a.md: the next number is 0002',
    'docs/decisions/0003-a.md: the title begins with "# 0002. "',
  ]);
});

test('code cites performance rules that exist', () => {
  const page = parsePage('docs/performance.md', '### P1. Release\n### P2. No WeakMap\n');
  const source = (text: string) => [{ path: 'a.ts', text }];
  expect(findUnknownRules(page, source('/** see docs/performance.md, P1 and P2. */'))).toEqual([]);
  expect(findUnknownRules(page, source('/** see docs/performance.md,\n * P3. */'))).toEqual([
    'a.ts cites P3, which docs/performance.md has not',
  ]);
});

test('each row of docs/security.md names tests that exist', () => {
  const table = (row: string) => parsePage('docs/security.md', `| Attack | Test |\n| --- | --- |\n${row}\n`);
  const sources = [{ path: 'a.test.ts', text: "test('forged tokens are refused', () => {});" }];
  const page = table('| Forgery | `a.test.ts`, "forged tokens are refused" |');
  expect(citedTests(page)).toEqual([{ file: 'a.test.ts', title: 'forged tokens are refused' }]);
  expect(findMissingTests(page, sources)).toEqual([]);
  expect(findMissingTests(table('| Forgery | by hand |'), sources)).toEqual([
    'docs/security.md: the row names no test: | Forgery | by hand |',
  ]);
  expect(findMissingTests(table('| Forgery | `a.test.ts`, "gone"; `b.test.ts`, "gone" |'), sources)).toEqual([
    'docs/security.md: a.test.ts has no test "gone"',
    'docs/security.md: b.test.ts has no test "gone"',
  ]);
});

test('`npm run check:security` finds tests by their titles, with any value in a placeholder', () => {
  const pattern = new RegExp(titlePattern('a token that is %s (%#) gets 401'));
  expect(pattern.test('a token that is expired (3) gets 401')).toBe(true);
  expect(pattern.test('a token that is expired gets 401')).toBe(false);
});
