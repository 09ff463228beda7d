import { ConfigurationError } from '#shared/config.ts';
import { exitWith } from '#shared/exit.ts';
import { readSupergraphYaml } from '#shared/supergraph-yaml.ts';

/** `npm run subgraph -- fleet`: one subgraph as a process of its own, as in production. */
const names = readSupergraphYaml().map((entry) => entry.name);
const [name] = process.argv.slice(2);
if (name && names.includes(name)) await import(`../subgraphs/${name}/server.ts`);
else
  exitWith(
    new ConfigurationError(
      `npm run subgraph -- NAME: one of ${names.join(', ')} is required; got ${name ?? 'nothing'}`,
    ),
  );
