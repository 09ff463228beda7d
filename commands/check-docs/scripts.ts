import type { Page } from './page.ts';

/** One line for each `npm run NAME` of a page, in text or code, that package.json does not have. */
export function findUnknownScripts(pages: readonly Page[], scripts: ReadonlySet<string>): string[] {
  return pages.flatMap(({ path, text }) => {
    const named = [...text.matchAll(/\bnpm run (?:-s |--silent )?([a-z][\w:-]*)/g)].map(([, name = '']) => name);
    return [...new Set(named)]
      .filter((name) => !scripts.has(name))
      .map((name) => `${path}: package.json has no script ${name}`);
  });
}
