import { describe, expect, test } from '@jest/globals';
import { readArguments } from '../arguments.ts';

const file = import.meta.filename;

describe('the command line of the import', () => {
  test('options win over the environment, which wins over the demo', () => {
    expect(readArguments(['shipments', file], {})).toMatchObject({
      file,
      url: 'http://127.0.0.1:4000/graphql',
      email: 'admin@demo.test',
      report: '.data/imports/arguments.test.ts.refused.csv',
    });
    const environment = { IMPORT_URL: 'https://freight.test/graphql', IMPORT_EMAIL: 'ops@freight.test' };
    expect(readArguments(['shipments', file, '--email', 'me@freight.test'], environment)).toMatchObject({
      url: 'https://freight.test/graphql',
      email: 'me@freight.test',
    });
  });

  test.each([
    [[], /npm run import -- shipments\|loads\|drivers\|vehicles FILE/],
    [['trailers', file], /npm run import -- shipments\|loads\|drivers\|vehicles FILE/],
    [['drivers', file], /--mapping: Name the mapping file/],
    [['shipments', 'none.csv'], /FILE: none.csv is not a file that can be read/],
    [['shipments', import.meta.dirname], /FILE: .+ is not a file that can be read/],
    [['shipments', file, '--colour'], /--colour/],
  ])('says in one line what is missing (%#)', (argv, message) => {
    expect(() => readArguments(argv, {})).toThrow(message);
  });

  test('names a wrong variable', () => {
    expect(() => readArguments(['shipments', file], { IMPORT_URL: 'nowhere' })).toThrow(/IMPORT_URL/);
  });
});
