/* global React, ReactDOM, GraphiQL */
// Queries go to the server this page came from; subscriptions over graphql-ws to the same path.
const url = new URL('/graphql', location.href);
const subscriptionUrl = new URL(url);
subscriptionUrl.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';

const fetcher = GraphiQL.createFetcher({ url: url.href, subscriptionUrl: subscriptionUrl.href });

const defaultQuery = `# Ctrl-Space completes, Ctrl-Enter runs.
# Credentials go into the Headers tab:
# { "authorization": "Bearer …" }

{
  __typename
}
`;

ReactDOM.createRoot(document.getElementById('explorer')).render(
  React.createElement(GraphiQL, { fetcher, defaultQuery, shouldPersistHeaders: false }),
);
