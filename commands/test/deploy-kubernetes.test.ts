import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { HTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1';
import { limits, planRelease } from '../../release/plan.ts';
import { runRelease } from '../../release/run-release.ts';
import { type KubernetesObject, ofKind } from '../check-deploy/kubernetes/kubernetes-object.ts';
import { checkModel } from '../check-deploy/kubernetes/models.ts';
import { parseManifests } from '../check-deploy/kubernetes/parse-manifests.ts';
import { checkServices } from '../check-deploy/kubernetes/rules/services.ts';
import { kubernetesTarget } from '../deploy/kubernetes/kubernetes-target.ts';
import { nextObjects } from '../deploy/kubernetes/next-objects.ts';
import { sharedRoute } from '../deploy/kubernetes/shared-route.ts';
import { readEdges } from '../k8s/edges.ts';
import { writtenFiles } from '../k8s/written-files.ts';

const root = join(import.meta.dirname, '../..');

/** The objects of k8s/base, as they are without an overlay. */
const base: readonly KubernetesObject[] = [
  ...writtenFiles(root)
    .filter(({ path }) => path.startsWith('k8s/base/'))
    .map(({ path, text }) => [path, text] as const),
  ['k8s/base/edge/gateway.yaml', readFileSync(join(root, 'k8s/base/edge/gateway.yaml'), 'utf8')] as const,
].flatMap(([path, text]) => parseManifests(text, path));

const [graph] = ofKind(base, HTTPRoute).filter(({ metadata }) => metadata.name === 'graph');
const route = (percent: number, chosen: readonly string[] = []) => {
  if (!graph) throw new Error('k8s/base has no HTTPRoute graph.');
  return sharedRoute(graph, { percent, chosen });
};

test('the next set is a second set of every process, with names of its own and the secrets of the first', () => {
  const next = nextObjects(base, '1.2.0');
  expect(next.flatMap(checkModel)).toEqual([]);
  expect([...checkServices({ folder: 'base', objects: next })]).toEqual([]);
  const gateway = JSON.stringify(
    next.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'next-gateway'),
  );
  expect(gateway).toContain('"image":"infamous-freight:1.2.0"');
  expect(gateway).toContain('"value":"http://next-shipments:4002/graphql"');
  expect(gateway).toContain('"secretRef":{"name":"gateway"}');
  expect(gateway).toContain('"serviceAccountName":"gateway"');
  expect(gateway).not.toContain('"app.kubernetes.io/name":"gateway"');
});

test('pods of the next set connect to each other and to the data, and not to the standing set', () => {
  const policies = nextObjects(base, '1.2.0').filter(({ kind }) => kind === 'NetworkPolicy');
  const text = JSON.stringify(policies);
  const names = readEdges(join(root, 'k8s/edges.yaml')).edges.flatMap(({ from, to }) => [from, to]);
  for (const name of ['gateway', 'shipments', 'access']) {
    expect(names).toContain(name);
    expect(text).toContain(`"app.kubernetes.io/name":"next-${name}"`);
    expect(text).not.toContain(`"app.kubernetes.io/name":"${name}"`);
  }
  expect(text).toContain('"app.kubernetes.io/name":"redis-proxy"');
  expect(text).toContain('"cnpg.io/cluster":"postgres"');
});

test('the route gives the next set its share, and chosen API keys', () => {
  expect(route(10).spec.rules).toMatchObject([
    {
      backendRefs: [
        { name: 'gateway', weight: 90 },
        { name: 'next-gateway', weight: 10 },
      ],
    },
  ]);
  expect(route(0).spec.rules).toMatchObject([{ backendRefs: [{ name: 'gateway', port: 4000 }] }]);
  const [chosen, all] = route(0, ['ifk_live_4f9A']).spec.rules ?? [];
  expect(chosen).toMatchObject({
    matches: [{ headers: [{ name: 'x-api-key', value: 'ifk_live_4f9A.*' }] }],
    backendRefs: [{ name: 'next-gateway' }],
  });
  expect(all?.backendRefs).toEqual([{ name: 'gateway', port: 4000 }]);
  expect(checkModel(route(25, ['ifk_live_4f9A']) as KubernetesObject)).toEqual([]);
  expect(() => route(0, ['0199-organization'])).toThrow(/only beginnings of API keys/);
});

/** A Prometheus that knows this of the next set. */
let counted: { requests: number; failed: number; isDatabaseUp: boolean; isRead: boolean; release: string };
const prometheus = createServer((request, response) => {
  const asked = new URL(request.url ?? '', 'http://prometheus').searchParams.get('query') ?? '';
  const sample = (metric: object, value: number) => ({
    metric: { pod: 'next-gateway-1', ...metric },
    value: [0, `${value}`],
  });
  const result = asked.startsWith('gateway_build_info{')
    ? [sample({ release: counted.release }, 1)]
    : asked.startsWith('up{')
      ? counted.isRead
        ? [sample({}, 1)]
        : []
      : asked.startsWith('gateway_request_outcomes')
        ? [sample({ outcome: 'ok' }, counted.requests - counted.failed), sample({ outcome: 'failed' }, counted.failed)]
        : asked.startsWith('sum')
          ? [sample({ le: '0.1' }, counted.requests), sample({ le: '+Inf' }, counted.requests)]
          : counted.isDatabaseUp
            ? []
            : [sample({}, 0)];
  response.end(JSON.stringify({ data: { result } }));
});
let url: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => prometheus.listen(0, '127.0.0.1', resolve));
  const address = prometheus.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterAll(() => void prometheus.close());

interface Each {
  readonly failed: number;
  /** What the next gateways report. */
  readonly release?: string;
  /** What fails at which readings. */
  readonly fails?: { readonly what: 'kubectl' | 'database' | 'figures'; readonly at: (reading: number) => boolean };
}

/** Releases on a cluster that notes what kubectl was asked. @param each what gateways count from one reading to the next */
async function releaseOnCluster({ failed, fails, release = '1.2.0+4f9a' }: Each) {
  counted = { requests: 0, failed: 0, isDatabaseUp: true, isRead: true, release };
  let readings = 0;
  const asked: string[] = [];
  const kubectl = async (args: readonly string[], input = '') => {
    // The claim has tests of its own.
    if (args.includes('lease') || input.includes('"kind":"Lease"')) return '';
    const weight = /"name":"next-gateway","port":4000,"weight":(\d+)/.exec(input)?.[1];
    if (input.includes('HTTPRoute')) asked.push(`route ${weight ?? 0}`);
    else asked.push(args.slice(0, 2).join(' '));
    if (args[0] !== 'get') return '';
    if (args.length > 3) readings += 1; // with a selector: the next set
    const isFailing = (what: string) => fails?.what === what && fails.at(readings);
    if (isFailing('kubectl')) throw new Error('kubectl: the connection was refused');
    counted = {
      requests: counted.requests + 100,
      failed: counted.failed + failed,
      isDatabaseUp: !isFailing('database'),
      isRead: !isFailing('figures'),
      release,
    };
    const items = [{ metadata: { name: 'next-gateway' }, spec: { replicas: 3 }, status: { readyReplicas: 3 } }];
    return JSON.stringify({ items });
  };
  const target = kubernetesTarget(base, kubectl, url);
  const plan = { ...planRelease(1, 1), limits };
  const report = await runRelease(target, { version: '1.2.0', plan, pollMs: 2, say: () => undefined });
  return { report, asked };
}

test('on a cluster: the Job, the next set, weights, then the image of the standing set, and the next set is deleted', async () => {
  const { report, asked } = await releaseOnCluster({ failed: 0 });
  expect(report.outcome).toBe('released');
  expect(asked.slice(0, 3)).toEqual(['delete job', 'apply --filename=-', 'wait --for=condition=complete']);
  expect(asked.filter((one) => one.startsWith('route'))).toEqual(
    [10, 25, 50, 75, 100, 0].map((percent) => `route ${percent}`),
  );
  expect(asked.findIndex((one) => one.startsWith('set image'))).toBeLessThan(asked.indexOf('route 0'));
  expect(asked.at(-1)).toMatch(/^delete deployments,services/);
});

const from = (first: number) => (reading: number) => reading >= first;

test.each<[string, Each, RegExp]>([
  ['requests fail', { failed: 10 }, /requests failed/],
  ['the database is lost', { failed: 0, fails: { what: 'database', at: from(1) } }, /The database is lost/],
  ['kubectl fails', { failed: 0, fails: { what: 'kubectl', at: from(1) } }, /the connection was refused/],
  ['Prometheus reads no gateway', { failed: 0, fails: { what: 'figures', at: from(1) } }, /reads none of the pods/],
])('on a cluster a release is rolled back when %s', async (_name, each, reason) => {
  const { report, asked } = await releaseOnCluster(each);
  expect(report).toMatchObject({ outcome: 'rolledBack', reason: expect.stringMatching(reason) });
  expect(asked.filter((one) => one.startsWith('route'))).toEqual(['route 10', 'route 0']);
  expect(asked.some((one) => one.startsWith('set image'))).toBe(false);
});

test('on a cluster an image with another version gets no traffic', async () => {
  const { report, asked } = await releaseOnCluster({ failed: 0, release: '0.1.0' });
  expect(report).toMatchObject({
    outcome: 'rolledBack',
    reason: expect.stringMatching(/^next-gateway-1 runs 0\.1\.0/),
  });
  expect(asked.filter((one) => one.startsWith('route'))).toEqual(['route 0']);
});

test.each(['kubectl', 'database', 'figures'] as const)(
  'on a cluster a release goes on when a single reading fails: %s',
  async (what) => {
    const { report } = await releaseOnCluster({ failed: 0, fails: { what, at: (reading) => reading === 3 } });
    expect(report.outcome).toBe('released');
  },
);
