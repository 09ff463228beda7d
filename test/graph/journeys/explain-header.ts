import { beforeAll, describe, expect, test } from '@jest/globals';
import type { DemoAccount, TestGraph } from '../graph.ts';

interface Fetch {
  readonly subgraph: string;
  readonly query: string;
  readonly ms: number;
  readonly sql: readonly { readonly text: string; readonly ms: number; readonly rows: number }[];
}
interface Explanation {
  readonly plan: string;
  readonly fetches: readonly Fetch[];
}

let graph: TestGraph;

async function ask(as: DemoAccount, query: string, headers: Record<string, string>) {
  const { data, extensions } = await graph.ask(as, query, {}, headers);
  return { data, extensions, explanation: extensions?.['explain'] as Explanation | undefined };
}

const explain = { 'graphql-explain': 'plan, sql' };
const loads = '{ shipments(first: 2) { nodes { reference organization { name } risk { score } } } }';

export function explainHeader(given: () => TestGraph): void {
  beforeAll(() => {
    graph = given();
  });

  describe('GraphQL-Explain: plan, sql', () => {
    test('shows staff the plan, the fetches and the SQL of a request', async () => {
      await graph.tokenOf('dispatcher');
      await graph.settle();
      const { data, explanation } = await ask('dispatcher', loads, explain);
      expect(data).toMatchObject({ shipments: { nodes: [{ reference: expect.any(String) }, expect.anything()] } });
      const { plan, fetches } = explanation ?? { plan: '', fetches: [] };
      expect(plan).toMatch(/^QueryPlan \{[\s\S]+Fetch\(service: "shipments"\)[\s\S]+Parallel \{/);
      expect(fetches.map(({ subgraph }) => subgraph).toSorted()).toEqual(['access', 'risk', 'shipments']);
      expect(fetches[0]).toMatchObject({
        subgraph: 'shipments',
        query: expect.stringContaining('shipments(first: 2)'),
      });
      for (const { ms, sql } of fetches) {
        expect(ms).toBeGreaterThan(0);
        for (const { text } of sql) expect(text).toMatch(/^\s*(select|with) /i);
      }
    });

    test('lists every statement of the subgraphs', async () => {
      await graph.tokenOf('dispatcher');
      await graph.settle();
      const unlisted = async (): Promise<number[]> => {
        const before = graph.product.subgraphs.map(({ services }) => services.database.statements());
        const { explanation } = await ask('dispatcher', loads, explain);
        return graph.product.subgraphs.map(({ subgraph, services }, index) => {
          const own = explanation?.fetches.filter((fetch) => fetch.subgraph === subgraph.name) ?? [];
          return services.database.statements() - (before[index] ?? 0) - own.flatMap(({ sql }) => sql).length;
        });
      };
      // Chores of a subgraph may add statements of their own to some of the requests.
      const counts = [await unlisted(), await unlisted(), await unlisted(), await unlisted(), await unlisted()];
      for (const [index, { subgraph }] of graph.product.subgraphs.entries())
        expect([subgraph.name, Math.min(...counts.map((count) => count[index] ?? 0))]).toEqual([subgraph.name, 0]);
    });

    test('shows the writes of a mutation, and no secret', async () => {
      const signIn =
        'mutation { signIn(input: { email: "driver@demo.test", password: "freight-demo" }) { accessToken } }';
      const { data, extensions, explanation } = await ask('admin', signIn, explain);
      const { accessToken } = (data as { signIn: { accessToken: string } }).signIn;
      const [access] = explanation?.fetches ?? [];
      expect(access?.sql.some(({ text, rows }) => /^insert into/i.test(text) && rows === 1)).toBe(true);
      const shown = JSON.stringify(extensions);
      expect(shown).not.toContain('freight-demo');
      expect(shown).not.toContain(accessToken);
    });

    test('is without effect for customers', async () => {
      const { data, extensions } = await ask(
        'customer',
        '{ shipments(first: 2) { nodes { reference organization { name } } } }',
        explain,
      );
      expect({ data, extensions }).toEqual({ data: expect.anything(), extensions: undefined });
    });

    test('shows nothing without the header', async () => {
      expect((await ask('dispatcher', loads, {})).extensions).toBeUndefined();
    });
  });
}
