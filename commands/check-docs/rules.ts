import type { Page } from './page.ts';

export interface Source {
  readonly path: string;
  readonly text: string;
}

/** One line for each cited rule that docs/performance.md lacks, and for each rule out of sequence. */
export function findUnknownRules({ path, text }: Page, sources: readonly Source[]): string[] {
  const rules = [...text.matchAll(/^### (P\d+)\. /gm)].map(([, rule = '']) => rule);
  const outOfOrder = rules.filter((rule, position) => rule !== `P${position + 1}`);
  return [
    ...outOfOrder.map((rule) => `${path}: ${rule} is out of sequence`),
    ...sources.flatMap((source) =>
      citedIn(source.text)
        .filter((rule) => !rules.includes(rule))
        .map((rule) => `${source.path} cites ${rule}, which ${path} has not`),
    ),
  ];
}

/** The rules of "see docs/performance.md, P9 and P10". */
function citedIn(text: string): string[] {
  const citations = text.matchAll(/docs\/performance\.md,[\s*]+P\d+(?:(?: and |, )P\d+)*/g);
  return [...citations].flatMap(([citation]) => citation.match(/P\d+/g) ?? []);
}
