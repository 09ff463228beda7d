/* global React, ReactDOM, GraphiQL, defaultTabs */
// Queries go to the server this page came from; subscriptions over graphql-ws to the same path.
const url = new URL('/graphql', location.href);
const subscriptionUrl = new URL(url);
subscriptionUrl.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';

const fetchOperation = GraphiQL.createFetcher({ url: url.href, subscriptionUrl: subscriptionUrl.href });

// In production, callers who have not signed in send each text with its SHA-256. Browsers compute it over HTTPS and on this machine only.
async function fetcher(operation, options) {
  const extensions = globalThis.crypto?.subtle && { persistedQuery: { version: 1, sha256Hash: await sha256(operation.query) } };
  return fetchOperation({ ...operation, ...(extensions && { extensions }) }, options);
}

async function sha256(text) {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

// Tabs and their headers are kept in this browser, so that a reload does not lose the access token.
ReactDOM.createRoot(document.getElementById('explorer')).render(
  React.createElement(GraphiQL, { fetcher, defaultTabs, defaultQuery: '', shouldPersistHeaders: true }),
);
