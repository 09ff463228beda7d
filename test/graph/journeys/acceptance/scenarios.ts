import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TestGraph } from '../../graph.ts';
import { createUsers, type Users } from '../../users.ts';
import { billing } from './billing.ts';
import { collaboration } from './collaboration.ts';
import { dispatchAndTracking } from './dispatch-and-tracking.ts';
import { driverManagement } from './driver-management.ts';
import { shipmentManagement } from './shipment-management.ts';
import { tableRow } from './steps.ts';
import { openTerminal, type Terminal } from './terminal.ts';

/**
 * The five scenarios by which the product is accepted, through client documents alone, over HTTP and websockets. Each step
 * sends exactly the documents that it states, and the README of the documents has the same table.
 */
export function acceptance(given: () => TestGraph): void {
  let users: Users;
  let terminal: Terminal;
  beforeAll(async () => {
    users = createUsers(given());
    terminal = await openTerminal(users, () => given().settle());
  });
  afterAll(() => users.close());

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
          await given().settle(); // people take longer from one step to the next than events take
        });
      },
      () => terminal,
    );
  });

  test('the README of the client documents states the same calls', () => {
    const readme = readFileSync(join(import.meta.dirname, '../../../../schema/operations/README.md'), 'utf8');
    const rows = readme.split('\n').filter((line) => /^\| .+ \| \d+ \| `/.test(line));
    expect(rows).toEqual(table);
  });
}
