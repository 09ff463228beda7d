import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import { type AccountIdentity, anonymous, scopesOf } from '#shared/identity/identity.ts';
import { type DocumentUse, DocumentUses } from '../documents/document-uses.ts';
import { TrustedDocuments } from '../documents/trusted-documents.ts';

const organizationId = '0190a6e0-0000-7000-8000-000000000009';
const partner: AccountIdentity = {
  ...{
    kind: 'account',
    accountId: '1',
    organizationId,
    driverId: null,
    credential: { kind: 'session', needsCode: false },
  },
  ...{ roles: ['PARTNER'], tier: 'FREE' },
  scopes: scopesOf(['PARTNER']),
};

test('uses are reported once per document and owner, with the time of the last one', async () => {
  const trusted = new TrustedDocuments();
  const own = trusted.add({ name: 'A', client: 'tracker', text: '{ a }', organizationId })!;
  const common = trusted.add({ name: 'B', client: 'mobile', text: '{ b }' })!;
  const reports: (readonly DocumentUse[])[] = [];
  const uses = new DocumentUses(async (report) => void reports.push(report), pino({ level: 'silent' }));
  const [first, second] = [new Date(1_000), new Date(2_000)];
  uses.note(own, partner, first.getTime());
  uses.note(own, partner, second.getTime());
  uses.note(common, anonymous, first.getTime());
  await uses.stop();
  await uses.report();
  expect(reports).toEqual([
    [
      { documentId: own.id, organizationId, at: second },
      { documentId: common.id, organizationId: null, at: first },
    ],
  ]);
});
