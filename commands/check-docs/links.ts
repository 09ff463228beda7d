import { dirname, join } from 'node:path';
import type { Page } from './page.ts';

/** One line for each link to a missing file or heading. Links to other hosts are not followed. */
export function findBrokenLinks(pages: readonly Page[], exists: (path: string) => boolean): string[] {
  const byPath = new Map(pages.map((page) => [page.path, page]));
  return pages.flatMap((page) => {
    const prose = page.prose.replaceAll(/`[^`\n]*`/g, '');
    return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = '']) => {
      if (/^[a-z]+:/.test(link)) return URL.canParse(link) ? [] : [`${page.path}: ${link} is no address`];
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? page.path : join(dirname(page.path), file);
      if (!exists(target)) return [`${page.path}: there is no ${target}`];
      const isKnown = anchor === undefined || byPath.get(target)?.anchors.has(anchor) === true;
      return isKnown ? [] : [`${page.path}: ${target} has no heading #${anchor}`];
    });
  });
}

/** One line for each file named between backticks (`store/lists.ts`) that no path of the project ends with. */
export function findMissingFiles(pages: readonly Page[], files: readonly string[]): string[] {
  return pages.flatMap(({ path, prose }) =>
    [...prose.matchAll(/`([\w./-]+\.(?:ts|js|graphql|md|json|jsonc|yaml))`/g)].flatMap(([, name = '']) => {
      const ending = `/${name.replace(/^(?:\.{1,2}\/)+/, '')}`;
      return files.some((file) => `/${file}`.endsWith(ending)) ? [] : [`${path}: there is no file ${name}`];
    }),
  );
}
