import type { EdgesFile, Outside } from './edges.ts';

/** The text of docs/operations/network.md: a picture and a table of every connection that k8s/edges.yaml allows. */
export function renderNetwork({ outside, edges }: EdgesFile): string {
  const drawn = edges.filter(({ to }) => !to.includes('dns'));
  const names = [...new Set(drawn.flatMap(({ from, to }) => [...from, ...to]))];
  const lines = drawn.flatMap(({ from, to, ports, for: reason }) =>
    from.flatMap((one) => to.map((other) => `  ${idOf(one)} -->|"${reason}<br>${ports.join(', ')}"| ${idOf(other)}`)),
  );
  return [
    '# Network',
    '',
    'Written by `npm run k8s` from `k8s/edges.yaml`. Kubernetes refuses every other connection; `npm run check:deploy` compares this list with docker-compose.yml.',
    '`subgraphs` stands for each of them, `http` for the port of the process at the other end. Look-ups of names are in the table only.',
    '',
    '```mermaid',
    'flowchart LR',
    ...names.map((name) => `  ${idOf(name)}${outside[name] ? `(["${name}"])` : `["${name}"]`}`),
    ...lines,
    '```',
    '',
    '| from | to | ports | for |',
    '|---|---|---|---|',
    ...edges.map(
      ({ from, to, ports, for: reason }) =>
        `| ${from.join(', ')} | ${to.join(', ')} | ${ports.join(', ')} | ${reason} |`,
    ),
    '',
    '## Outside of the namespace',
    ...Object.entries(outside).map(([name, one]) => `- **${name}**: ${describe(one)}`),
    '',
  ].join('\n');
}

/** Some words, such as `end`, mean something to mermaid. */
const idOf = (name: string): string => `n_${name.replaceAll('-', '_')}`;

function describe(one: Outside): string {
  if ('regions' in one)
    return Object.entries(one.regions)
      .map(([region, cidr]) => `${region} ${cidr}`)
      .join(', ');
  if ('addresses' in one)
    return (
      one.addresses + (one.except.length > 0 ? ` except private and reserved networks (${one.except.join(', ')})` : '')
    );
  const labels = Object.entries(one.pods).map(([label, value]) => `${label}=${value}`);
  return `namespace ${one.namespace}${labels.length > 0 ? `, pods with ${labels.join(', ')}` : ''}`;
}
