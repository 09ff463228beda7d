import { describe, expect, test } from '@jest/globals';
import { findOutage } from '../errors/outage.ts';

const withCode = (code: string) => Object.assign(new Error('driver text'), { code });

describe('an error of a driver', () => {
  test.each([
    ['a refused connection', withCode('ECONNREFUSED')],
    ['a host with several addresses, all of which refuse', new AggregateError([withCode('ECONNREFUSED')])],
    ['a database that shuts down', withCode('57P01')],
    ['a database that starts up', withCode('57P03')],
    ['a full disk', withCode('53100')],
    ['too many connections', withCode('53300')],
    ['a lost connection', withCode('08006')],
    ['a standby that only reads', withCode('25006')],
    ['a connection that ended', new Error('Connection terminated unexpectedly')],
    ['a pool without a free connection', new Error('timeout exceeded when trying to connect')],
    ['Redis out of reach', new Error('Reached the max retries per request limit (which is 1).')],
    [
      'an event that reached no queue because PostgreSQL ended',
      new AggregateError(
        ['fleet_events: terminating connection due to unexpected postmaster exit'],
        'publish() failed',
      ),
    ],
    ['an event that met a deadlock', new AggregateError(['fleet_events: deadlock detected'], 'publish() failed')],
    ['a wrapped one', new Error('of the library', { cause: withCode('ECONNRESET') })],
  ])('%s is SERVICE_UNAVAILABLE', (_name, error) => {
    expect(findOutage(error)).toBe('SERVICE_UNAVAILABLE');
  });

  test.each([
    ['a statement timeout', withCode('57014')],
    ['a lock timeout', withCode('55P03')],
    [
      'an event that took too long',
      new AggregateError(['fleet_events: canceling statement due to statement timeout'], 'publish() failed'),
    ],
    ['a missing response', new Error('Query read timeout')],
  ])('%s is GATEWAY_TIMEOUT', (_name, error) => {
    expect(findOutage(error)).toBe('GATEWAY_TIMEOUT');
  });

  test.each([
    ['a syntax error', withCode('42601')],
    ['a violated constraint', withCode('23505')],
    ['a bug', new TypeError('undefined is not a function')],
    ['no error at all', 'deadlock detected'],
    ['an event without a queue', new AggregateError(['fleet_events: the queue does not exist'], 'publish() failed')],
  ])('%s is not an outage', (_name, error) => {
    expect(findOutage(error)).toBeUndefined();
  });
});
