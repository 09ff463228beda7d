import { afterAll, beforeAll, describe } from '@jest/globals';
import { startTestGraph, type TestGraph } from './graph.ts';
import { acceptance } from './journeys/acceptance/scenarios.ts';
import { acceptanceSamplesCommand } from './journeys/acceptance-samples.ts';
import { auditTrail } from './journeys/audit-trail.ts';
import { bestAssignments } from './journeys/best-assignments.ts';
import { explainHeader } from './journeys/explain-header.ts';
import { importCommand } from './journeys/import-command.ts';
import { loadCommand } from './journeys/load-command.ts';
import { personalData } from './journeys/personal-data.ts';
import { retention } from './journeys/retention.ts';
import { roadDistance } from './journeys/road-distance.ts';
import { secondFactor } from './journeys/second-factor.ts';
import { wholeLife } from './journeys/whole-life.ts';

/** Ways through the whole graph, one after the other on the same graph, because its start takes longer than most of them. */
let graph: TestGraph;
beforeAll(async () => {
  graph = await startTestGraph({ size: { shipments: 150 } });
}, 60_000);
afterAll(() => graph.close());

describe.each([
  ['the explain header', explainHeader],
  ['the whole life of a shipment', wholeLife],
  ['the road distance', roadDistance],
  ['best assignments', bestAssignments],
  ['acceptance', acceptance],
  ['the import command', importCommand],
  ['the samples of the acceptance', acceptanceSamplesCommand],
  ['the load command', loadCommand],
  ['the audit trail', auditTrail],
  ['a second factor', secondFactor],
  ['the retention of tables', retention],
  ['personal data', personalData],
])('%s', (_name, define) => define(() => graph));
