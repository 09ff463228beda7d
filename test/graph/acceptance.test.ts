import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { billing } from './acceptance/billing.ts';
import { collaboration } from './acceptance/collaboration.ts';
import { dispatchAndTracking } from './acceptance/dispatch-and-tracking.ts';
import { driverManagement } from './acceptance/driver-management.ts';
import { shipmentManagement } from './acceptance/shipment-management.ts';
import { tableRow } from './acceptance/steps.ts';
import { openTerminal, type Terminal } from './acceptance/terminal.ts';
import { startTestGraph, type TestGraph } from './graph.ts';
import { createUsers, type Users } from './users.ts';

/**
 * The five scenarios by which the product is accepted, through client documents alone, over HTTP and websockets. Each step
 * sends exactly the documents that it states, and the README of the documents has the same table.
 */
let graph: TestGraph;
let users: Users;
let terminal: Terminal;

beforeAll(async () => {
  graph = await startTestGraph({ size: { shipments: 150 } });
  users = createUsers(graph);
  terminal = await openTerminal(users);
}, 60_000);
afterAll(async () => {
  await users.close();
  await graph.close();
});

const table: string[] = [];

describe.each([
  ['shipment management', shipmentManagement],
  ['driver management', driverManagement],
  ['dispatch and tracking', dispatchAndTracking],
  ['collaboration', collaboration],
  ['billing', billing],
])('%s', (name, define) => {
  define(
    (what, documents, run) => {
      table.push(tableRow(name, what, documents));
      test(`${what} (${documents.length} ${documents.length === 1 ? 'call' : 'calls'})`, async () => {
        terminal.takeCalls();
        await run();
        expect(terminal.takeCalls()).toEqual(documents);
      });
    },
    () => terminal,
  );
});

test('the README of the client documents states the same calls', () => {
  const readme = readFileSync(join(import.meta.dirname, '../../schema/operations/README.md'), 'utf8');
  const rows = readme.split('\n').filter((line) => /^\| .+ \| \d+ \| `/.test(line));
  expect(rows).toEqual(table);
});
