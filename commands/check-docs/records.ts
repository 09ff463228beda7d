import type { Page } from './page.ts';

const folder = 'docs/decisions/';
const sections = ['Context', 'Decision', 'Consequences'];

/** One line for each decision record that does not have the form of docs/decisions/README.md. */
export function findMisshapenRecords(pages: readonly Page[]): string[] {
  const index = pages.find(({ path }) => path === `${folder}README.md`)?.text ?? '';
  const records = pages.filter(({ path }) => path.startsWith(folder) && !path.endsWith('/README.md'));
  return records.flatMap(({ path, text, prose }, position) => {
    const number = String(position + 1).padStart(4, '0');
    const name = path.slice(folder.length);
    const headings = [...prose.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    return [
      name.startsWith(`${number}-`) ? '' : `the next number is ${number}`,
      text.startsWith(`# ${number}. `) ? '' : `the title begins with "# ${number}. "`,
      /^Date: \d{4}-\d{2}-\d{2}\. Status: (?:accepted|replaced)\b/m.test(text)
        ? ''
        : 'a line "Date: YYYY-MM-DD. Status: …" is required',
      headings.join() === sections.join() ? '' : `the sections are ${sections.join(', ')}`,
      index.includes(`(${name})`) ? '' : 'README.md does not list it',
    ]
      .filter((fault) => fault !== '')
      .map((fault) => `${path}: ${fault}`);
  });
}
