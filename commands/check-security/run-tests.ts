import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { ConfigurationError } from '#shared/runtime/config.ts';
import type { CitedTest } from './cited-tests.ts';

const report = z.object({
  testResults: z.array(
    z.object({ name: z.string(), assertionResults: z.array(z.object({ title: z.string(), status: z.string() })) }),
  ),
});

/** Runs these tests and no others of their files. @throws ConfigurationError that names those that did not pass */
export function runTests(root: string, config: string, tests: readonly CitedTest[]): void {
  if (tests.length === 0) return;
  const folder = mkdtempSync(join(tmpdir(), 'check-security-'));
  const outputFile = join(folder, 'report.json');
  const files = [...new Set(tests.map(({ file }) => file))];
  const titles = tests.map(({ title }) => titlePattern(title)).join('|');
  const options = ['--config', config, '--json', '--outputFile', outputFile, '--testNamePattern', titles];
  try {
    spawnSync('npm', ['test', '--', ...options, '--runTestsByPath', ...files], {
      cwd: root,
      stdio: ['inherit', 'ignore', 'inherit'],
    });
    const results = report
      .parse(JSON.parse(readFileSync(outputFile, 'utf8')))
      .testResults.flatMap(({ name, assertionResults }) =>
        assertionResults.map((result) => ({ ...result, file: relative(root, name) })),
      );
    const failed = tests.filter(({ file, title }) => {
      const own = results.filter(
        (result) => result.file === file && new RegExp(titlePattern(title)).test(result.title),
      );
      return own.length === 0 || own.some(({ status }) => status !== 'passed');
    });
    if (failed.length > 0) {
      throw new ConfigurationError(failed.map(({ file, title }) => `${file} did not pass: "${title}"`).join('\n'));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A regular expression for the title, whose placeholders of `test.each` match any text. */
export function titlePattern(title: string): string {
  const literals = title.split(/%[sjdpio#]/);
  return literals.map((literal) => RegExp.escape(literal)).join('.*');
}
