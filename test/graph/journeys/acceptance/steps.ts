/** Defines a step of a scenario: what people do, and the documents that they send for it, in this order. */
export type DefineStep = (what: string, documents: readonly string[], run: () => Promise<void>) => void;

/** A row of the table in `schema/operations/README.md`. */
export function tableRow(scenario: string, what: string, documents: readonly string[]): string {
  return `| ${scenario} | ${what} | ${documents.length} | ${listOf(documents)} |`;
}

/** Names in order of their first use. Repeated ones have a number. */
function listOf(documents: readonly string[]): string {
  const named = [...new Set(documents)].map((name) => {
    const count = documents.filter((other) => other === name).length;
    return count === 1 ? `\`${name}\`` : `\`${name}\` × ${count}`;
  });
  return named.join(', ');
}
