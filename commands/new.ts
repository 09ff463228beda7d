import { join } from 'node:path';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { ConfigurationError, needs } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { CompositionError } from '../gateway/supergraph/compose.ts';
import { namesOf } from './new/names.ts';
import { planSubgraph } from './new/plan.ts';
import { write } from './new/write.ts';

/** `npm run new -- subgraph depots`: writes a running subgraph from commands/new/template. */
const command = {
  call: 'npm run new --',
  takes: 'subgraph NAME',
  does: 'Writes a new subgraph with one type of records and adds it to the product. Next steps: docs/guides/add-a-subgraph.md.',
  options: {
    type: { type: 'string', value: 'TYPE', help: 'name of the type, such as Depot; without it, the singular of NAME' },
    root: { type: 'string', value: 'FOLDER', default: join(import.meta.dirname, '..'), help: 'where the project is' },
  },
} as const;

try {
  const { values, positionals } = readCommandLine(command);
  const [kind, name, ...more] = positionals;
  if (kind !== 'subgraph' || name === undefined || more.length > 0) {
    throw needs('npm run new', 'subgraph and one name', positionals.join(' '));
  }
  const names = namesOf(name, values.type);
  write(values.root, planSubgraph(values.root, names));
  console.log(
    [
      `subgraphs/${name} is written, with the type ${names.type.pascal}. Next:`,
      `  npm start                      serves it at the gateway; administrators hold its scopes`,
      `  npm test -- subgraphs/${name}  runs its tests`,
      `  docs/guides/add-a-subgraph.md  says where fields, rules and scopes go`,
    ].join('\n'),
  );
} catch (error) {
  exitWith(error instanceof CompositionError ? new ConfigurationError(error.message) : error);
}
