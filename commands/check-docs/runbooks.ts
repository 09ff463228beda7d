import type { Page } from './page.ts';

const folder = 'docs/runbooks/';

/** One line for each runbook that the index does not link. */
export function findUnlistedRunbooks(pages: readonly Page[]): string[] {
  const index = pages.find(({ path }) => path === `${folder}README.md`)?.text ?? '';
  return pages
    .filter(({ path }) => path.startsWith(folder) && path !== `${folder}README.md`)
    .filter(({ path }) => !index.includes(`(${path.slice(folder.length)})`))
    .map(({ path }) => `${path}: ${folder}README.md does not list it`);
}
