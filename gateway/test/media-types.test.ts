import { expect, test } from '@jest/globals';
import { readAccept } from '../edges/http/media-type.ts';

const json = 'application/json; charset=utf-8';
const graphql = 'application/graphql-response+json; charset=utf-8';

/** The form of a query's response, of a subscription's and of a deferring query's. A client without a form for parts gets a single response. */
function formsFor(accept: string) {
  const { single, prefersEvents, streams } = readAccept(accept);
  const query = prefersEvents || single === undefined ? streams.single : single;
  return { query, subscription: streams.events ?? 'refused', deferred: streams.parts ?? query };
}

test.each([
  ['application/json', { query: json, subscription: 'refused', deferred: json }],
  ['application/json;q=0.5, application/graphql-response+json', { query: graphql }],
  // Streams are sent only to clients that name them.
  ['*/*', { query: json, subscription: 'refused', deferred: json }],
  ['multipart/*, application/json;q=0.1', { query: json, subscription: 'refused', deferred: json }],
  // q=0 excludes a form.
  ['multipart/mixed; subscriptionSpec=1.0; q=0, application/json', { subscription: 'refused' }],
  ['multipart/mixed; deferSpec=20220824; q=0.0, application/json', { deferred: json }],
  ['text/event-stream;q=0, */*', { query: json, subscription: 'refused' }],
  ['multipart/mixed;q=0, multipart/mixed;incrementalSpec=v0.2, */*', { deferred: 'parts-2023' }],
  // The higher quality wins, for every use.
  ['text/event-stream;q=0.5, multipart/mixed; subscriptionSpec=1.0', { subscription: 'multipart-subscription' }],
  ['text/event-stream, multipart/mixed; subscriptionSpec=1.0;q=0.5', { subscription: 'event-stream' }],
  ['multipart/mixed;incrementalSpec=v0.2;q=0.1, multipart/mixed;deferSpec=20220824;q=0.9', { deferred: 'parts-2022' }],
  ['multipart/mixed;deferSpec=20220824;Q="0.1", multipart/mixed;incrementalSpec=v0.2', { deferred: 'parts-2023' }],
  ['text/event-stream;q=0.5, multipart/mixed', { query: 'parts-2022', deferred: 'parts-2022' }],
  ['application/json, multipart/mixed;deferSpec=20220824;q=0.5', { deferred: json }],
  ['*/*;q=0.9, multipart/mixed;deferSpec=20220824;q=0.5', { deferred: json }],
  ['application/json;q=0.5, multipart/mixed;deferSpec=20220824;q=0.5', { deferred: 'parts-2022' }],
  // A subscription has no single form, so that any quality above 0 suffices.
  ['application/json, text/event-stream;q=0.1', { query: json, subscription: 'event-stream', deferred: json }],
  // The more specific range decides.
  ['multipart/mixed;q=0.1, multipart/mixed;deferSpec=20220824, application/json;q=0.5', { deferred: 'parts-2022' }],
  // Among equals the first one wins.
  ['multipart/mixed;subscriptionSpec=1.0, text/event-stream', { subscription: 'multipart-subscription' }],
  ['text/event-stream, multipart/mixed;subscriptionSpec=1.0', { subscription: 'event-stream' }],
  ['multipart/mixed;incrementalSpec=v0.2, multipart/mixed;deferSpec=20220824', { deferred: 'parts-2023' }],
  // As Apollo Client and urql send it.
  [
    'multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json',
    { query: json, subscription: 'multipart-subscription' },
  ],
  [
    'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed',
    { query: graphql, subscription: 'event-stream', deferred: 'parts-2022' },
  ],
  // A quoted value is one value.
  ['text/html;note="a, multipart/mixed;b", application/json', { query: json, deferred: json }],
])('a client that accepts %s gets the form that it prefers', (accept, forms) => {
  expect(formsFor(accept)).toMatchObject(forms);
});

test.each(['image/png', 'multipart/mixed;incrementalSpec=v9', 'application/json;q=0', 'multipart/mixed;q=0'])(
  'a client that accepts only %s is refused',
  (accept) => {
    expect(() => readAccept(accept)).toThrow('excludes every response');
  },
);
