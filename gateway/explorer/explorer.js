/* global React, ReactDOM, GraphiQL, defaultTabs */
// Queries go to the server this page came from; subscriptions over graphql-ws to the same path.
const url = new URL('/graphql', location.href);
const subscriptionUrl = new URL(url);
subscriptionUrl.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';

const fetcher = GraphiQL.createFetcher({ url: url.href, subscriptionUrl: subscriptionUrl.href });

// Tabs and their headers are kept in this browser, so that a reload does not lose the access token.
ReactDOM.createRoot(document.getElementById('explorer')).render(
  React.createElement(GraphiQL, { fetcher, defaultTabs, defaultQuery: '', shouldPersistHeaders: true }),
);
