import type { Deployment } from './deployment.ts';
import type { Inputs } from './inputs.ts';
import { type Costs, type Line, type RegionCosts, sumOf } from './model.ts';

/** The text of docs/costs.md. */
export function renderCosts(inputs: Inputs, deployment: Deployment, costs: Costs): string {
  const { request, regions, shared } = costs;
  const met = costs.usdPerRequest < inputs.goalUsdPerRequest;
  return [
    '# Costs',
    '',
    'Written by `npm run costs` from `infra/costs/inputs.yaml`, the requests of pods in `k8s` and the nodes of `infra/terraform/plan`; a test fails when this file is',
    'stale. List prices on demand, without discounts and taxes. Not included: staging, monitoring and logs, support, people.',
    '',
    '## Result',
    `- A month costs ${dollars(costs.usdPerMonth)} at ${number(costs.requestsPerMonth / 1e6)} million requests.`,
    `- **A request costs ${exact(costs.usdPerRequest)} USD**, everything included. The goal is less than ${inputs.goalUsdPerRequest} USD: ${met ? 'met' : 'missed'}.`,
    `- One more request costs ${exact(costs.usdPerFurtherRequest)} USD, as long as no further node is needed. The rest is paid without requests, too.`,
    `- The goal holds from ${number(costs.breakEvenPerSecond)} requests per second on, over all regions. The model assumes ${number(totalPerSecond(inputs))}.`,
    '',
    '## One request',
    `Measured with \`${inputs.measured.command}\` on ${inputs.measured.date} (${inputs.measured.machine}): milliseconds of CPU time, each process on its own.`,
    '',
    '| operation | gateway and subgraphs | PostgreSQL | bytes of response |',
    '|---|--:|--:|--:|',
    ...inputs.measured.operations.map(
      ({ name, node, postgres, bytes }) => `| ${name} | ${node} ms | ${postgres} ms | ${number(bytes)} |`,
    ),
    `| **mean** | ${number(request.nodeMs, 2)} ms | ${number(request.postgresMs, 2)} ms | ${number(request.bytes)} |`,
    '',
    '## Regions',
    '| region | requests/s | cores used by the product | database used | nodes | USD a month |',
    '|---|--:|--:|--:|--:|--:|',
    ...regions.map((one) => summary(one, inputs, request)),
    '',
    `Pods use ${number(inputs.assumed.utilization * 100)} % of the cores that they request. At the smallest number of pods the product requests ${number(requestedCores(deployment), 2)} cores in each region;`,
    `a ${deployment.node.type} has ${number(deployment.node.cpu - deployment.node.system_cpu, 1)} cores for pods. A region with few requests pays for pods that stand by, one in each zone.`,
    ...regions.flatMap((one) => [
      '',
      `### ${one.region}`,
      ...table([...one.fixed, ...one.variable.filter(({ usd }) => usd > 0)]),
    ]),
    '',
    '### All regions together',
    ...table(shared),
    '',
    '## Assumed',
    `Requests per second: ${list(inputs.assumed.requestsPerSecond)}. ${inputs.assumed.internalBytes} bytes inside of a region for each byte to a client, two thirds of them between zones. ${inputs.assumed.backupGib} GiB of`,
    `backups per region. ${inputs.assumed.walGbPerDay} GB of the database's log a day for each other region.`,
    '',
    '## Prices',
    '| price | USD | last known to hold | source |',
    '|---|---|---|---|',
    ...Object.entries(inputs.prices).map(
      ([name, { usd, date, source }]) =>
        `| ${name} | ${typeof usd === 'number' ? usd : list(usd)} | ${date} | <${source}> |`,
    ),
    '',
  ].join('\n');
}

function summary(
  { region, nodes, databaseUse, fixed, variable }: RegionCosts,
  inputs: Inputs,
  request: Costs['request'],
) {
  const perSecond = inputs.assumed.requestsPerSecond[region] ?? 0;
  const cores = number((perSecond * request.nodeMs) / 1000, 2);
  const usd = dollars(sumOf(fixed) + sumOf(variable));
  return `| ${region} | ${perSecond} | ${cores} | ${number(databaseUse * 100)} % | ${nodes} | ${usd} |`;
}

const table = (lines: readonly Line[]): readonly string[] => [
  '| | arithmetic | USD a month |',
  '|---|---|--:|',
  ...lines.map(({ what, arithmetic, usd }) => `| ${what} | ${arithmetic} | ${number(usd, 2)} |`),
  `| **sum** | | ${number(sumOf(lines), 2)} |`,
];

const requestedCores = ({ processes }: Deployment): number =>
  processes.reduce((sum, { cpu, podsMin }) => sum + cpu * podsMin, 0);

const totalPerSecond = ({ assumed }: Inputs): number =>
  Object.values(assumed.requestsPerSecond).reduce((sum, one) => sum + one, 0);

const list = (values: Readonly<Record<string, number>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');

const number = (value: number, digits = 1): string => value.toLocaleString('en-US', { maximumFractionDigits: digits });
const dollars = (value: number): string => `${number(value, 0)} USD`;
const exact = (value: number): string => value.toPrecision(2);
