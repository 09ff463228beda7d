import { expect, test } from '@jest/globals';
import { createLog } from '../runtime/log.ts';

test('an error is logged with its code and stack, without the connection that pg adds to it', () => {
  const lines: string[] = [];
  const log = createLog('fleet', 'info', { write: (line) => void lines.push(line) });
  const lost = Object.assign(new Error('terminating connection'), { code: '57P01', client: { user: 'freight_fleet' } });
  log.warn({ err: lost, accounts: { password: 'secret' } }, 'queue connection');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    name: 'fleet',
    msg: 'queue connection',
    err: {
      type: 'Error',
      message: 'terminating connection',
      code: '57P01',
      stack: expect.stringContaining('log.test') as unknown,
    },
    accounts: { password: '[Redacted]' },
  });
  expect(lines[0]).not.toMatch(/freight_fleet|secret/);
});
