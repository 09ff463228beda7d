import { expect, test } from '@jest/globals';
import { createLog } from '#shared/runtime/log.ts';
import { type AuditReport, AuditReports } from '../audit/audit-reports.ts';

const log = createLog('audit', 'silent');
const aDay = 86_400_000;
const refusal = (caller: string, requestId = 'r') => ({
  caller,
  code: 'FORBIDDEN',
  operationName: null,
  documentId: null,
  requestId,
});
const at = new Date('2026-03-01T12:00:30Z');

test('refusals of a caller in a minute are one count, with the first request as its sample', async () => {
  const sent: AuditReport[] = [];
  const reports = new AuditReports(async (report) => void sent.push(report), log, aDay);
  reports.addRefusal(refusal('account a', 'first'), at);
  reports.addRefusal(refusal('account a', 'second'), at);
  reports.addRefusal(refusal('account a', 'third'), new Date('2026-03-01T12:01:00Z'));
  reports.addRefusal(refusal('network n'), at);
  await reports.stop();
  expect(sent).toHaveLength(1);
  expect(sent[0]?.refusals).toMatchObject([
    { caller: 'account a', count: 2, requestId: 'first', minute: new Date('2026-03-01T12:00:00Z') },
    { caller: 'account a', count: 1, requestId: 'third' },
    { caller: 'network n', count: 1 },
  ]);
});

test('a report is sent again with its id until it is confirmed, and newer ones wait', async () => {
  const sent: AuditReport[] = [];
  let isDown = true;
  const reports = new AuditReports(
    async (report) => {
      sent.push(report);
      if (isDown) throw new Error('down');
    },
    log,
    aDay,
  );
  reports.addRefusal(refusal('account a'), at);
  await reports.report();
  reports.addRefusal(refusal('account a'), at);
  await reports.report();
  isDown = false;
  await reports.stop();
  const [first, again, confirmed, next] = sent;
  expect(again).toEqual(first);
  expect(confirmed).toEqual(first);
  expect(next?.reportId).not.toBe(first?.reportId);
  expect(next?.refusals).toMatchObject([{ count: 1 }]);
  expect(sent).toHaveLength(4);
});

test('callers beyond the first thousand share one count, and hashes beyond ten thousand are dropped', async () => {
  const sent: AuditReport[] = [];
  const reports = new AuditReports(async (report) => void sent.push(report), log, aDay);
  for (let caller = 0; caller < 1_500; caller++) reports.addRefusal(refusal(`network ${caller}`), at);
  for (let id = 0; id < 10_500; id++) reports.addResponse({ requestId: `${id}`, sha256: 'h', status: 200, at });
  await reports.stop();
  expect(sent[0]?.refusals).toHaveLength(1_001);
  expect(sent[0]?.refusals.at(-1)).toMatchObject({ caller: 'others', count: 500 });
  expect(sent[0]?.responses).toHaveLength(10_000);
});
