import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Identity } from '#shared/identity/identity.ts';
import type { TestGraph } from '../graph.ts';
import { type Answer, type ListedNode, type RootList, readList, rootListsOf } from './lists.ts';
import { type Probe, probesOf, probeValuesOf } from './probes.ts';
import { isOwner } from './records.ts';
import { listSights, refusedFilters } from './table.ts';
import { hasOwnRecords, type ViewerName, viewerNames, viewersOf } from './viewers.ts';

/** Without filters, not even those that a list has by default. */
const everythingIn = ({ field }: RootList): Probe => ({
  asks: 'everything',
  args: Object.fromEntries(
    field.args
      .filter(({ name, defaultValue }) => name === 'filter' && defaultValue !== undefined)
      .map(({ name }) => [name, {}]),
  ),
});

/** What every caller gets of one list, by probe. */
interface ReadList {
  readonly list: RootList;
  readonly probes: readonly Probe[];
  readonly answers: ReadonlyMap<ViewerName, readonly Answer[]>;
}

/** The matrix of permissions of root lists: their records, counts, pages, filters and orders by each kind of caller. */
export function describeLists(graphOf: () => TestGraph): void {
  describe('root lists', () => {
    let viewers: Readonly<Record<ViewerName, Identity>>;
    let read: readonly ReadList[];
    beforeAll(async () => {
      const graph = graphOf();
      viewers = viewersOf(graph.world);
      await refuseSomebody(graph);
      read = await Promise.all(rootListsOf(graph).map((list) => readForAll(graph, list, viewers)));
    }, 60_000);

    test('each caller gets the records that table.ts says, and no more', () => {
      const seen = read.map(({ list, answers }) => [list.name, viewerNames.map((name) => sightOf(answers, name))]);
      expect(Object.fromEntries(seen.map(([name, signs]) => [name, rowOf(signs as string[])]))).toEqual(listSights);
    });

    test('who gets a part gets own records only', () => {
      const { shipments } = graphOf().world;
      const loads = new Map<string, (viewer: Identity) => boolean>(shipments.map((load) => [load.id, isOwner(load)]));
      const foreign = read.flatMap(({ list, answers }) =>
        viewerNames.filter(hasOwnRecords).flatMap((name) => {
          const nodes = sightOf(answers, name) === '~' ? (answers.get(name)?.[0]?.nodes ?? []) : [];
          return nodes.filter((node) => !isOwn(node, viewers[name], loads)).map(({ key }) => [list.name, name, key]);
        }),
      );
      expect(foreign).toEqual([]);
    });

    test('nodes, edges, totalCount and pageInfo agree', () => {
      expect(faultsOf(read, (answer) => answer.faults)).toEqual([]);
    });

    test('a filter or an order gives those of the own records that it gives of all, in the same order', () => {
      expect(
        faultsOf(read, (answer, whole, all) => {
          if (answer.refused !== undefined) return [];
          const own = new Set(whole.nodes.map(({ key }) => key));
          const expected = all.nodes.map(({ key }) => key).filter((key) => own.has(key));
          const got = answer.nodes.map(({ key }) => key);
          return JSON.stringify(got) === JSON.stringify(expected) ? [] : [`${got.length} of ${expected.length}`];
        }),
      ).toEqual([]);
    });

    test('most filters also meet records of others, so that the tests above could find them', () => {
      const meeting = read.flatMap(({ answers }) => {
        const own = new Set(answers.get('CUSTOMER')?.[0]?.nodes.map(({ key }) => key));
        return (answers.get('ADMIN') ?? []).filter(({ nodes }) => nodes.some(({ key }) => !own.has(key)));
      });
      expect(meeting.length).toBeGreaterThan(150);
    });

    test('a filter or an order by what a caller may not see is refused', () => {
      const refused = read.flatMap(({ list, probes, answers }) =>
        viewerNames.flatMap((name) => {
          const [whole, ...others] = answers.get(name) ?? [];
          if (whole?.refused !== undefined) return [];
          return others.flatMap(({ refused: code }, at) =>
            code === undefined
              ? []
              : [`${list.name} ${name} ${probes[at + 1]?.asks.replace(/^(filter\.\w+).*/, '$1')}: ${code}`],
          );
        }),
      );
      expect([...new Set(refused)].sort()).toEqual([...refusedFilters].sort());
    });
  });
}

/** The trail gets refusals about a second after they happened. */
async function refuseSomebody(graph: TestGraph): Promise<void> {
  const isListed = async () => {
    const { data } = await graph.ask('admin', '{ auditRefusals(first: 1) { nodes { count } } }');
    return (data?.['auditRefusals'] as { nodes: readonly unknown[] } | undefined)?.nodes.length === 1;
  };
  await graph.ask('customer', '{ auditRefusals(first: 1) { nodes { count } } }');
  while (!(await isListed())) await delay(100);
}

async function readForAll(
  graph: TestGraph,
  list: RootList,
  viewers: Readonly<Record<ViewerName, Identity>>,
): Promise<ReadList> {
  const everything = everythingIn(list);
  const wholes = await Promise.all(
    viewerNames.filter(hasOwnRecords).map((name) => readList(graph, list, viewers[name], [everything])),
  );
  // Of a list that only staff may read, no filter can reveal anything to others.
  const isForStaff = wholes.every(([whole]) => whole?.refused !== undefined);
  const probes = [everything, ...(isForStaff ? [] : probesOf(list.name, list.field.args, probeValuesOf(graph.world)))];
  const answers = new Map<ViewerName, Answer[]>();
  for (const name of viewerNames) {
    // Of the others, some see everything, and nobody sees nothing.
    const asked = name === 'ADMIN' || hasOwnRecords(name) ? probes : [everything];
    answers.set(name, await readList(graph, list, viewers[name], asked));
  }
  return { list, probes, answers };
}

function sightOf(answers: ReadList['answers'], viewer: ViewerName): string {
  const [all, seen] = [answers.get('ADMIN')?.[0], answers.get(viewer)?.[0]];
  if (!all || !seen || all.nodes.length === 0) return '?';
  if (seen.refused !== undefined) return 'x';
  if (seen.nodes.length === 0) return '0';
  return seen.nodes.length === all.nodes.length ? '+' : '~';
}

const rowOf = (signs: readonly string[]): string => `${signs.slice(0, 3).join('')} ${signs.slice(3).join(' ')}`;

/** Faults of the answers to callers who may read the list, of each probe but the first. */
function faultsOf(
  read: readonly ReadList[],
  judge: (answer: Answer, whole: Answer, all: Answer) => readonly string[],
): string[] {
  return read.flatMap(({ list, probes, answers }) =>
    viewerNames.flatMap((name) => {
      const own = answers.get(name) ?? [];
      const [whole] = own;
      if (!whole || whole.refused !== undefined) return [];
      return own.flatMap((answer, at) => {
        const all = answers.get('ADMIN')?.[at];
        const found = all ? judge(answer, whole, all) : ['no answer to an administrator'];
        return found.map((fault) => `${list.name} ${name} ${JSON.stringify(probes[at]?.args)}: ${fault}`);
      });
    }),
  );
}

function isOwn(
  { key, owners: { organization, shipment, driver } }: ListedNode,
  viewer: Identity,
  loads: ReadonlyMap<string, (viewer: Identity) => boolean>,
): boolean {
  if (viewer.kind !== 'account') return false;
  const load = loads.get(shipment?.id ?? key);
  if (load) return load(viewer);
  return [organization?.id === viewer.organizationId, driver?.id === viewer.driverId].some(Boolean);
}
