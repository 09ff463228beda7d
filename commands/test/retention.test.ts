import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { retentionOfSchemas } from '../retention/of-schemas.ts';
import { insertTable } from '../retention/render.ts';

test('the table of docs/guides/personal-data.md is current (otherwise: npm run retention)', () => {
  const guide = readFileSync(new URL('../../docs/guides/personal-data.md', import.meta.url), 'utf8');
  expect(guide).toBe(insertTable(guide, retentionOfSchemas));
});
