import { describe, expect, test } from '@jest/globals';
import { type OperationDefinitionNode, parse } from 'graphql';
import { CallEnds } from '../pipeline/once/call-ends.ts';
import { asBegun, type CallRecords } from '../pipeline/once/call-records.ts';
import { FinishedCalls } from '../pipeline/once/finished-calls.ts';
import { keysUnavailable } from '../pipeline/once/refusals.ts';
import { OnceRunner } from '../pipeline/once/run-once.ts';
import { ResponseBody } from '../pipeline/response-body.ts';
import type { Checked } from '../pipeline/stages.ts';

const document = parse('mutation { book }');
const operation = document.definitions[0] as OperationDefinitionNode;
const generation = { onceTraits: { secretResults: new Set(), keyedInputs: new Set() } };
// The runner reads no other parts.
const checked = { document, operation, variables: {}, generation, startedAt: performance.now() } as unknown as Checked;
const call = { id: 'call', keyHash: 'key', fingerprint: 'body' };
const held = { id: 'call', holder: 'gateway' };
const hour = 3_600_000;

function runnerOf(records: Partial<CallRecords>, renewalMs = hour): OnceRunner {
  const all: CallRecords = {
    claim: async () => ({ state: 'CLAIMED', held }),
    begin: async () => asBegun(held),
    finish: async () => true,
    release: async () => true,
    ...records,
  };
  const finished = new FinishedCalls({ publish: () => {}, listen: () => {} });
  return new OnceRunner(all, finished, hour, { firstMs: 0, longestMs: 0, renewalMs });
}

const executed = {
  body: new ResponseBody('{"data":{"book":true}}'),
  ...{ errors: [], failureStatus: undefined, replayed: false, cost: 10, extensions: undefined },
};
const never = () => Promise.reject(new Error('it ran'));

describe('a call', () => {
  test('renews its lease while it runs, although a renewal fails', async () => {
    const renewed = Promise.withResolvers<void>();
    let begins = 0;
    const begin: CallRecords['begin'] = async () => {
      begins += 1;
      if (begins === 2) throw keysUnavailable();
      if (begins === 3) renewed.resolve();
      return asBegun(held);
    };
    const run = async () => {
      await renewed.promise;
      return executed;
    };
    const response = await runnerOf({ begin }, 1).respond(checked, call, { pay: async () => {}, run });
    expect(response).toMatchObject({ status: 200, body: '{"data":{"book":true}}' });
  });

  test('is not run by a gateway that lost it before it began, and is paid once', async () => {
    const claims = [
      { state: 'CLAIMED', held },
      { state: 'CLAIMED', held },
      { state: 'FINISHED', status: 200, body: '{"data":{"book":false}}' },
    ] as const;
    let claimed = 0;
    let paid = 0;
    const runner = runnerOf({ claim: async () => claims[claimed++] ?? claims[2], begin: async () => undefined });
    const pay = async () => {
      paid += 1;
    };
    const response = await runner.respond(checked, call, { pay, run: never });
    expect(response).toMatchObject({ body: '{"data":{"book":false}}', isOld: true });
    expect(paid).toBe(1);
  });
});

describe('a mutation whose response could not be read in time', () => {
  const error = {
    message: 'The request took too long.',
    path: ['book', 'stops'],
    extensions: { code: 'GATEWAY_TIMEOUT', retryable: true, requestId: 'r' },
  } as const;
  const late = {
    ...executed,
    body: new ResponseBody('{"data":null}'),
    errors: [error],
    failureStatus: 504,
  } as const;
  const execution = () => ({ pay: async () => {}, run: async () => ({ ...late, body: new ResponseBody('{}') }) });

  async function ends(given: Checked) {
    const told: unknown[] = [];
    const runner = runnerOf({
      finish: async (_checked, _begun, response) => told.push(['finished', response]) > 0,
      release: async (_checked, _held, keeps) => told.push(['released', keeps]) > 0,
    });
    const response = await runner.respond(given, call, execution());
    return { response, told };
  }

  test('is told as OUTCOME_UNKNOWN and stored as that, not as a failure, because the change may have been made', async () => {
    const { response, told } = await ends(checked);
    expect(response.status).toBe(504);
    expect(response.errors).toMatchObject([{ extensions: { code: 'OUTCOME_UNKNOWN', retryable: false } }]);
    expect(told).toEqual([['finished', { status: 504, body: response.body }]]);
  });

  test('is not stored if the subgraph makes the change once: the same request then gets its outcome', async () => {
    const document = parse('mutation { book(idempotencyKey: "12345678") }');
    const keyed = { ...checked, document, operation: document.definitions[0] } as Checked;
    const { response, told } = await ends(keyed);
    expect(response).toMatchObject({ status: 504, errors: [error] });
    expect(told).toEqual([['released', true]]);
  });
});

describe('how a call has ended', () => {
  test('is told again until the access subgraph confirms it', async () => {
    const results = [false, false, true];
    const told = Promise.withResolvers<void>();
    const ends = new CallEnds([0, 0, 0]);
    await ends.tell(async () => {
      const result = results.shift() ?? true;
      if (result) told.resolve();
      return result;
    });
    await told.promise;
    await ends.stop();
    expect(results).toEqual([]);
  });

  test('is told a last time when the gateway stops', async () => {
    let attempts = 0;
    const ends = new CallEnds([hour, hour]);
    await ends.tell(async () => {
      attempts += 1;
      return false;
    });
    await ends.stop();
    expect(attempts).toBe(2);
  });
});
