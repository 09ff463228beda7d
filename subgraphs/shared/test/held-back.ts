import { jest } from '@jest/globals';
import type { BaseContext } from '../graphql/context.ts';
import type { TestSubgraph } from './harness.ts';
import { receiveEvents, type SentEvent } from './receive-events.ts';

/** Sends an event to a subgraph whose consumer is held back, and runs a request. The consumer goes on when the request waits. */
export async function requestBefore<C extends BaseContext, R>(
  { services }: TestSubgraph<C>,
  event: SentEvent,
  request: () => Promise<R>,
): Promise<R> {
  await receiveEvents(services, event);
  const { jobs } = services;
  const waits = Promise.withResolvers<void>();
  const { caughtUp } = jobs;
  const spy = jest.spyOn(jobs, 'caughtUp').mockImplementation((...call) => {
    waits.resolve();
    return caughtUp(...call);
  });
  try {
    const requested = request();
    await Promise.race([waits.promise, requested]);
    await jobs.drain();
    return await requested;
  } finally {
    spy.mockRestore();
  }
}

/** Runs a request whose events do not arrive in time. */
export async function requestWithout<C extends BaseContext, R>(
  { services: { jobs } }: TestSubgraph<C>,
  request: () => Promise<R>,
): Promise<R> {
  const spy = jest.spyOn(jobs, 'caughtUp').mockResolvedValue(false);
  try {
    return await request();
  } finally {
    spy.mockRestore();
  }
}
