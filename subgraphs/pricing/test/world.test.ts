import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generateWorld } from '../../../demo/generate/generate.ts';
import { seedAlone } from '../../../demo/seeding/seed-alone.ts';
import { admin, openScene, type Pricing, start } from './scene.ts';

const world = generateWorld({
  seed: 7,
  now: start,
  size: { shipments: 400, drivers: 20, vehicles: 15, organizations: 8 },
});
const bills = world.shipments.flatMap((shipment) => shipment.invoice ?? []);

let scene: Pricing;
beforeAll(async () => {
  scene = await openScene();
  await seedAlone(scene, world);
});
afterAll(() => scene.close());

interface Page {
  nodes: { number: string }[];
  pageInfo: { hasNextPage: boolean; endCursor: string };
}

/** Asks as an administrator. @returns the data and the number of SQL statements */
async function ask<T>(query: string, variables: Record<string, unknown> = {}): Promise<T & { statements: number }> {
  const before = scene.services.database.statements();
  const { data, errors } = await scene.ask<T>(admin, query, variables);
  if (!data) throw new Error(JSON.stringify(errors));
  return { ...data, statements: scene.services.database.statements() - before };
}

describe('the demo world', () => {
  test('is seeded completely, and pages without gaps in a constant number of statements', async () => {
    const query = `query($after: String) { invoices(first: 50, after: $after) {
      nodes { number status payments { id } } pageInfo { hasNextPage endCursor } } }`;
    const numbers: string[] = [];
    const counts = new Set<number>();
    for (let after: string | null = '', page: Page; after !== null; ) {
      const answer: { invoices: Page; statements: number } = await ask(query, { after: after || null });
      page = answer.invoices;
      counts.add(answer.statements);
      numbers.push(...page.nodes.map(({ number }) => number));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    }
    expect(numbers.toSorted()).toEqual(bills.map((bill) => bill.number).toSorted());
    expect(counts).toEqual(new Set([2]));
  });

  test.each(['OPEN', 'PARTIALLY_PAID', 'PAID', 'OVERDUE'])(
    'has as many invoices that are %s as its records',
    async (status) => {
      const { invoices } = await ask<{ invoices: { totalCount: number; nodes: { status: string }[] } }>(
        `{ invoices(first: 100, filter: { statuses: [${status}] }) { totalCount nodes { status } } }`,
      );
      expect(invoices.nodes.every((invoice) => invoice.status === status)).toBe(true);
      expect(invoices.totalCount).toBe(bills.filter((bill) => bill.status === status).length);
    },
  );

  test('has kept totals of all, paid and unpaid invoices, also of one organization', async () => {
    const countOf = async (filter: object) => {
      const { invoices } = await ask<{ invoices: { totalCount: number } }>(
        'query($filter: InvoiceFilter) { invoices(first: 1, filter: $filter) { totalCount } }',
        { filter },
      );
      return invoices.totalCount;
    };
    const unpaid = ['OPEN', 'PARTIALLY_PAID', 'OVERDUE'];
    for (const statuses of [null, unpaid, ['PAID'], ['PAID', ...unpaid], ['PAID', 'OVERDUE'], []]) {
      const meets = ({ status }: { status: string }) => statuses === null || statuses.includes(status);
      expect([statuses, await countOf({ statuses })]).toEqual([statuses, bills.filter(meets).length]);
      const [organization] = world.organizations;
      const theirs = world.shipments
        .filter(({ organizationId }) => organizationId === organization?.id)
        .flatMap(({ invoice }) => invoice ?? []);
      expect([statuses, await countOf({ statuses, organizationId: organization?.id })]).toEqual([
        statuses,
        theirs.filter(meets).length,
      ]);
    }
  });

  test('shows the newest invoices of many organizations in one statement', async () => {
    const ofEach = await ask<{ _entities: { invoices: Page }[] }>(
      'query($r: [_Any!]!) { _entities(representations: $r) { ... on Organization { invoices(first: 3) { nodes { number } } } } }',
      { r: world.organizations.map(({ id }) => ({ __typename: 'Organization', id })) },
    );
    expect(ofEach.statements).toBe(1);
    for (const [index, { id }] of world.organizations.entries()) {
      const { invoices } = await ask<{ invoices: Page }>(
        'query($id: ID!) { invoices(first: 3, filter: { organizationId: $id }) { nodes { number } } }',
        { id },
      );
      expect(ofEach._entities[index]!.invoices).toEqual(invoices);
    }
  });

  test('sums up what an organization owes', async () => {
    const [organization] = world.organizations;
    const theirs = world.shipments
      .filter((shipment) => shipment.organizationId === organization?.id)
      .flatMap((shipment) => shipment.invoice ?? []);
    const owed = theirs.reduce(
      (sum, bill) => sum + bill.amountCents - bill.payments.reduce((paid, payment) => paid + payment.amountCents, 0),
      0,
    );
    const unpaid = theirs.filter(({ status }) => status !== 'PAID');
    const overdue = unpaid
      .filter(({ status }) => status === 'OVERDUE')
      .reduce(
        (sum, bill) => sum + bill.amountCents - bill.payments.reduce((paid, payment) => paid + payment.amountCents, 0),
        0,
      );
    type Billing = { outstanding: { amount: string }; overdue: { amount: string }; openInvoices: number };
    const { _entities } = await ask<{ _entities: [{ billing: Billing }] }>(
      'query($r: [_Any!]!) { _entities(representations: $r) { ... on Organization { billing { outstanding { amount } overdue { amount } openInvoices } } } }',
      { r: [{ __typename: 'Organization', id: organization?.id }] },
    );
    const { billing } = _entities[0];
    expect(Number(billing.outstanding.amount) * 100).toBeCloseTo(owed);
    expect(Number(billing.overdue.amount) * 100).toBeCloseTo(overdue);
    expect(billing.openInvoices).toBe(unpaid.length);
  });

  test('refuses cursors, page sizes and numbers that no list accepts', async () => {
    for (const page of [
      'first: 0',
      'first: 101',
      'first: 1, last: 1',
      'after: "bm9wZQ"',
      `after: "${Buffer.from('["x","y"]').toString('base64url')}"`,
      'filter: { number: "INV\\u0000" }',
      'filter: { number: " " }',
    ]) {
      const { errors } = await scene.ask(admin, `{ invoices(${page}) { nodes { id } } }`);
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    }
  });
});
