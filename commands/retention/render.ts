import type { KeptUntil, Retention } from '#shared/database/retention.ts';

const begin = '<!-- retention: written by `npm run retention` -->';
const end = '<!-- end of retention -->';

/** Replaces the table of a document. */
export function insertTable(document: string, schemas: ReadonlyMap<string, Retention>): string {
  const [before, rest] = document.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined)
    throw new Error(`The document must contain "${begin}" and "${end}".`);
  return `${before}${begin}\n${renderTable(schemas)}\n${end}${after}`;
}

function renderTable(schemas: ReadonlyMap<string, Retention>): string {
  const rows = [...schemas].flatMap(([schema, retention]) =>
    Object.entries(retention).map(
      ([table, { holds, until, why }]) =>
        `| \`${schema}.${table}\` | ${holds} | ${periodOf(until)} | ${why} | ${jobOf(until)} |`,
    ),
  );
  return ['| table | holds | kept for | why | job |', '|---|---|---|---|---|', ...rows].join('\n');
}

function periodOf(until: KeptUntil): string {
  switch (until.kind) {
    case 'DAYS':
      return until.days === 0 ? `until \`${until.after}\`` : `${until.days} days after \`${until.after}\``;
    case 'CHORE':
    case 'BUILT_IN':
      return until.when;
    case 'STAYS':
      return 'stays';
  }
}

function jobOf(until: KeptUntil): string {
  switch (until.kind) {
    case 'DAYS':
      return 'purge';
    case 'CHORE':
      return `\`${until.chore}\``;
    case 'BUILT_IN':
      return `\`${until.by}\``;
    case 'STAYS':
      return '';
  }
}
