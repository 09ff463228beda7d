import { readLinks, readRecords } from './audit-chain.ts';
import type { Statements } from './statements.ts';

const linksPerBatch = 1_000;

/**
 * The audit trail as JSON lines, in the order of its chain: a link with its record, which is null if it has expired. To continue
 * later, begin after the last sequence.
 */
export async function* exportTrail(
  client: Statements,
  { from, to }: { readonly from: number; readonly to: number | null },
): AsyncGenerator<string> {
  for (let next = from; ; ) {
    const links = (await readLinks(client, next, linksPerBatch)).filter(
      ({ sequence }) => to === null || sequence <= to,
    );
    const last = links.at(-1);
    if (!last) return;
    const records = await readRecords(client, links);
    const lines = links.map((link) =>
      JSON.stringify({ ...link, record: records.get(`${link.kind} ${link.recordId}`) ?? null }),
    );
    yield `${lines.join('\n')}\n`;
    next = last.sequence + 1;
  }
}
