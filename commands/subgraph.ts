import { readCommandLine } from '#shared/runtime/command-line.ts';
import { needs } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { readSupergraphYaml } from '#shared/runtime/supergraph-yaml.ts';

/** `npm run subgraph -- fleet`: one subgraph in its own process, as in production. */
try {
  const names = readSupergraphYaml().map((entry) => entry.name);
  const { positionals } = readCommandLine({
    call: 'npm run subgraph --',
    takes: 'NAME',
    does: `Starts one subgraph in its own process: ${names.join(', ')}. docs/settings.md names its settings.`,
    options: {},
  });
  const [name, ...more] = positionals;
  if (!name || !names.includes(name) || more.length > 0)
    throw needs('npm run subgraph', `one of ${names.join(', ')}`, positionals.join(' '));
  await import(`../subgraphs/${name}/server.ts`);
} catch (error) {
  exitWith(error);
}
