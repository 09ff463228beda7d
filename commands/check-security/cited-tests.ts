import type { Page } from '../check-docs/page.ts';
import type { Source } from '../check-docs/rules.ts';

/** A test that a row of docs/security.md names. */
export interface CitedTest {
  /** Path from the root of the project. */
  readonly file: string;
  /** As it is written in the file. May contain placeholders of `test.each`. */
  readonly title: string;
}

/** Reads the tests that the tables of a page name as `path/to/x.test.ts`, "title of the test". */
export function citedTests({ prose }: Page): CitedTest[] {
  return rowsOf(prose).flatMap(testsIn);
}

/** One line for each row without a test, and for each named test that does not exist. */
export function findMissingTests(page: Page, sources: readonly Source[]): string[] {
  const textOf = new Map(sources.map(({ path, text }) => [path, text]));
  const withoutTest = rowsOf(page.prose).filter((row) => testsIn(row).length === 0);
  const missing = citedTests(page).filter(({ file, title }) => !textOf.get(file)?.includes(title));
  return [
    ...withoutTest.map((row) => `${page.path}: the row names no test: ${row}`),
    ...missing.map(({ file, title }) => `${page.path}: ${file} has no test "${title}"`),
  ];
}

/** The rows of tables, without their heads. */
function rowsOf(prose: string): string[] {
  const lines = prose.split('\n');
  return lines.filter((line, at) => isRow(line) && !isRule(line) && !isRule(lines[at + 1]));
}

const isRow = (line: string): boolean => line.startsWith('|');
const isRule = (line: string | undefined): boolean => /^\|[\s|:-]+\|$/.test(line ?? '');

function testsIn(row: string): CitedTest[] {
  return [...row.matchAll(/`([\w./-]+\.test\.ts)`, "([^"]+)"/g)].map(([, file = '', title = '']) => ({ file, title }));
}
