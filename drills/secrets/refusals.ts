import { graphUrl } from '../operator.ts';
import type { NamedSecrets, Outputs } from './find-secrets.ts';

/** Secrets of clients, which they send by mistake in the wrong place. */
export interface ClientSecrets extends NamedSecrets {
  readonly password: string;
  readonly accessToken: string;
  readonly apiKey: string;
}

const signIn =
  'mutation SignIn($input: SignInInput!) { signIn(input: $input) { accessToken userErrors { code message } } }';

/** Sends requests that are refused, each with a secret in it. @returns the responses by the name of the mistake */
export async function makeRefusals({ password, accessToken, apiKey }: ClientSecrets): Promise<Outputs> {
  const email = 'operator@drill.example';
  const requests: Readonly<Record<string, RequestInit & { readonly search?: string }>> = {
    'a password of another account': json({
      query: signIn,
      variables: { input: { email: 'nobody@drill.example', password } },
    }),
    'a list instead of a password': json({ query: signIn, variables: { input: { email, password: [password] } } }),
    'a field too many beside a password': json({
      query: signIn,
      variables: { input: { email, password, code: password } },
    }),
    'a password in a document that does not parse': json({
      query: `mutation { signIn(input: { email: "${email}", password: "${password}" `,
    }),
    'a password in an argument of another type': json({
      query: `{ shipments(first: "${password}") { nodes { id } } }`,
    }),
    'a password as the name of a field': json({ query: `{ ${password.replace(/\W/g, '_')} }` }),
    'a token in a body that is not JSON': { ...json({}), body: `{"query": ${accessToken}` },
    'a token that was cut': json({ query: '{ me { id } }' }, { authorization: `Bearer ${accessToken.slice(0, -4)}` }),
    'a token as a basic password': json(
      { query: '{ me { id } }' },
      { authorization: `Basic ${btoa(`operator:${accessToken}`)}` },
    ),
    'a token in the header of API keys': json({ query: '{ me { id } }' }, { 'x-api-key': accessToken }),
    'an API key with a typo': json({ query: '{ me { id } }' }, { 'x-api-key': `${apiKey}x` }),
    'an API key in the header of tokens': json({ query: '{ me { id } }' }, { authorization: `Bearer ${apiKey}` }),
    'a token in the address': { search: `?query={me{id}}&access_token=${accessToken}` },
    'an API key as a document id': json({ documentId: apiKey }),
    'a token as the name of a client': json({ query: '{ me { id } }' }, { 'graphql-client-name': accessToken }),
  };
  const answers = Object.entries(requests).map(async ([mistake, { search = '', ...request }]) => {
    const response = await fetch(`${graphUrl}${search}`, request);
    const headers = JSON.stringify([...response.headers]);
    return [`response to ${mistake}`, `${response.status} ${headers} ${await response.text()}`] as const;
  });
  return Object.fromEntries(await Promise.all(answers));
}

function json(body: object, headers: Readonly<Record<string, string>> = {}): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}
