import { expect, test } from '@jest/globals';
import { createLog } from '../runtime/log.ts';
import { SlowStatements } from '../runtime/slow-statements.ts';

function slowLog() {
  const lines: unknown[] = [];
  const log = createLog('fleet', 'info', { write: (line) => void lines.push(JSON.parse(line)) });
  return { lines, statements: new SlowStatements(log) };
}

const statement = { text: 'select * from driver where id = $1', rows: 1 };

test('a statement over a second is logged with its operation, without values', () => {
  const { lines, statements } = slowLog();
  const watch = statements.watch('DriverRoster__fleet__0');
  watch({ ...statement, ms: 1_000 });
  watch({ ...statement, ms: 1_001 });
  expect(lines).toEqual([
    expect.objectContaining({
      msg: 'slow statement',
      operation: 'DriverRoster__fleet__0',
      ms: 1_001,
      rows: 1,
      statement: 'select * from driver where id = $1',
    }),
  ]);
});

test('a statement that takes longer than 95 % of the runs of its operation is logged, once their durations are known', () => {
  const { lines, statements } = slowLog();
  const watch = statements.watch('process shipment.booked');
  watch({ ...statement, ms: 500 }); // nothing is known yet
  for (let ms = 1; ms <= 100; ms++) statements.learn('process shipment.booked', 2 * ms);
  watch({ ...statement, ms: 190 }); // the p95
  watch({ ...statement, ms: 191 });
  watch({ ...statement, ms: 192 }); // one line a minute
  expect(lines).toEqual([expect.objectContaining({ operation: 'process shipment.booked', ms: 191, p95Ms: 190 })]);
});

test('a quick statement is never slow', () => {
  const { lines, statements } = slowLog();
  for (let run = 0; run < 100; run++) statements.learn('Ping', 1);
  statements.watch('Ping')({ ...statement, ms: 99 });
  expect(lines).toEqual([]);
});
