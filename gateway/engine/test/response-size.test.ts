import { expect, test } from '@jest/globals';
import { buildSchema, parse } from 'graphql';
import { operationOf } from '../compile/merge-operations.ts';
import { nothingToReport } from '../errors.ts';
import { completeData } from '../respond/complete.ts';
import { free } from '../respond/field-costs.ts';
import { compileWriter } from '../respond/writer.ts';

test('a response with a small object written very often is refused before its text fills the memory', () => {
  const schema = buildSchema('type Query { people: [Person] } type Person { friends: [Person] name: String }');
  const source = '{ people { friends { friends { friends { name } } } } }';
  const write = compileWriter(
    {
      schema,
      fragments: new Map(),
      conditions: {},
      denied: new Set(),
      hiddenNames: new Map(),
      interfaceObjects: new Set(),
      dataKey: (node) => node.name.value,
      repetition: () => 'never' as const,
      nullsInPlace: false,
      costs: free,
      introspection: () => () => null,
    },
    schema.getQueryType()!,
    [operationOf(parse(source)).selectionSet],
  );
  // Every list has the same object, as in a response with folded repeats.
  const person: Record<string, unknown> = { name: 'x'.repeat(100_000) };
  person.friends = Array.from({ length: 20 }, () => person);
  const { data, errors } = completeData(
    write,
    { object: { people: person.friends }, isUnescaped: false },
    {},
    nothingToReport,
  );
  expect(data).toBe('null');
  expect(errors).toMatchObject([{ extensions: { code: 'COST_ESTIMATED_TOO_EXPENSIVE' } }]);
});
