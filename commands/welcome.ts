import { demoAccounts, demoCredentials, demoPassword } from '../demo/accounts.ts';
import { demoStaff } from '../demo/second-factor.ts';

/** The queries of the README. A test validates them against the schema. */
export const firstQueries = [
  'mutation { signIn(input: { email: "dispatcher@demo.test", password: "freight-demo" }) { accessToken viewer { name roles } userErrors { message } } }',
  '{ shipments(first: 2, filter: { statuses: [IN_TRANSIT] }) { nodes { reference organization { name tier } driver { name position { location { latitude longitude } } } eta { arrivesAt } quote { price { amount currency } } risk { score decision } } } }',
  '{ leaderboard(period: WEEKLY) { entries(first: 3) { nodes { rank points driver { name deliveries(first: 1) { totalCount } } } } } }',
];

export interface Welcome {
  readonly gatewayUrl: string;
  /** Address of metrics and detailed health. */
  readonly adminUrl: string;
  readonly subgraphUrls: ReadonlyMap<string, string>;
  readonly seeded: boolean;
  readonly seconds: number;
  /** API key of the demo partner; null in production, which has no demo data. */
  readonly partnerKey: string | null;
  /** True if the demo accounts of staff have second factors. */
  readonly secondFactor: boolean;
}

/** The text after a start: addresses, accounts, and three queries to paste. */
export function welcome({
  gatewayUrl,
  adminUrl,
  subgraphUrls,
  seeded,
  seconds,
  partnerKey,
  secondFactor,
}: Welcome): string {
  const width = Math.max(10, ...[...subgraphUrls.keys()].map((name) => name.length));
  const line = (name: string, text: string) => `  ${name.padEnd(width)} ${text}`;
  const lines = [
    '',
    `Infamous Freight graph, ready in ${seconds.toFixed(1)} s${seeded ? ' (demo data written)' : ''}`,
    '',
    line('Graph', `${gatewayUrl}/graphql`),
    line('Explorer', `${gatewayUrl}/explorer`),
    line('Operators', `${adminUrl}/health/ready   ${adminUrl}/metrics`),
    ...[...subgraphUrls].map(([name, url]) => line(name, url)),
  ];
  if (partnerKey !== null) {
    const emails = demoAccounts.map((account) => demoCredentials(account).email);
    lines.push('', `  Accounts (password "${demoPassword}"): ${emails.join(', ')}`);
    if (secondFactor) lines.push(`  Code of ${demoStaff.join(', ')}: npm run -s demo -- code EMAIL`);
    lines.push(`  API key of the demo partner (header "x-api-key"): ${partnerKey}`);
    lines.push(
      '',
      'Sign in with the first query, then send the others with the header "authorization: Bearer <accessToken>":',
      '',
    );
    lines.push(...firstQueries.flatMap((query) => [`  ${query}`, '']));
  }
  lines.push(`Ctrl-C stops everything; data stays.${partnerKey === null ? '' : ' `npm run reset` starts over.'}`);
  return lines.join('\n');
}
