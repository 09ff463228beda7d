import { expect, test } from '@jest/globals';
import { readAudit } from '../check-audit/read-audit.ts';

const reportOf = (severity: string) =>
  JSON.stringify({ auditReportVersion: 2, vulnerabilities: { ws: { name: 'ws', severity, range: '<8.17.1' } } });

test('an audit lists the packages with their severity, and "high" is grave', () => {
  expect(readAudit(reportOf('high'))).toEqual({ kind: 'known', packages: ['high: ws <8.17.1'], isGrave: true });
  expect(readAudit(reportOf('moderate'))).toMatchObject({ kind: 'known', isGrave: false });
  expect(readAudit('{"vulnerabilities":{}}')).toEqual({ kind: 'known', packages: [], isGrave: false });
});

test('a registry without advisories is reported as such, without its address', () => {
  const refused = { message: '405 Method Not Allowed - POST https://registry.example/-/npm', statusCode: 405 };
  expect(readAudit(JSON.stringify(refused))).toEqual({ kind: 'unknown', reason: 'it responded with 405' });
  expect(readAudit('{"message":"connect ECONNREFUSED 127.0.0.1:9","error":{}}')).toEqual({
    kind: 'unknown',
    reason: 'it did not respond',
  });
  expect(readAudit('')).toEqual({ kind: 'unknown', reason: 'it did not respond' });
});
