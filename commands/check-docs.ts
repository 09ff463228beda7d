import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { findBrokenLinks, findMissingFiles } from './check-docs/links.ts';
import { readPages } from './check-docs/page.ts';
import { findMisshapenRecords } from './check-docs/records.ts';
import { findUnknownRules } from './check-docs/rules.ts';
import { findUnlistedRunbooks } from './check-docs/runbooks.ts';
import { findUnknownScripts } from './check-docs/scripts.ts';
import { findMissingTests } from './check-security/cited-tests.ts';

const root = join(import.meta.dirname, '..');
const packageFile = z.object({ scripts: z.record(z.string(), z.string()) });

/** Checks the documents without a network: links, named files, npm scripts, the index of runbooks, the form of decision records, cited performance rules, tests of attacks. */
function findFaults(): { readonly pages: number; readonly faults: readonly string[] } {
  const pages = readPages(root);
  const paths = globSync('**/*', { cwd: root, exclude: (name) => ['node_modules', '.git', '.data'].includes(name) });
  const known = new Set(['.', ...paths]);
  const sources = paths
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
  const pageAt = (wanted: string) => pages.find(({ path }) => path === wanted);
  const performance = pageAt('docs/performance.md');
  const security = pageAt('docs/security.md');
  return {
    pages: pages.length,
    faults: [
      ...findBrokenLinks(pages, (path) => known.has(path.replace(/\/$/, ''))),
      ...findMissingFiles(pages, paths),
      ...findUnknownScripts(pages, readScripts()),
      ...findUnlistedRunbooks(pages),
      ...findMisshapenRecords(pages),
      ...(performance ? findUnknownRules(performance, sources) : ['docs/performance.md is missing']),
      ...(security ? findMissingTests(security, sources) : ['docs/security.md is missing']),
    ],
  };
}

function readScripts(): ReadonlySet<string> {
  const { scripts } = packageFile.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  return new Set(Object.keys(scripts));
}

try {
  readCommandLine({ call: 'npm run check:docs --', does: 'Checks the links and forms of the documents.', options: {} });
  const { pages, faults } = findFaults();
  if (faults.length > 0) throw new ConfigurationError(faults.join('\n'));
  console.log(`The links and forms of ${pages} documents are correct.`);
} catch (error) {
  exitWith(error);
}
