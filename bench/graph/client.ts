export interface Request {
  readonly query: string;
  readonly operationName?: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Asks the gateway; any error ends the bench. */
export async function ask<T>(url: string, token: string | null, request: Request): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token !== null && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(request),
  });
  const { data, errors } = (await response.json()) as { data?: T; errors?: unknown };
  if (errors || !data) throw new Error(`${request.operationName ?? 'a query'} failed: ${JSON.stringify(errors)}`);
  return data;
}

/** An access token of a demo account. */
export async function signIn(url: string, account: string): Promise<string> {
  const query = `mutation SignIn($input: SignInInput!) { signIn(input: $input) { accessToken userErrors { message } } }`;
  const input = { email: `${account}@demo.test`, password: 'freight-demo' };
  const { signIn: payload } = await ask<{ signIn: { accessToken: string | null } }>(url, null, {
    query,
    operationName: 'SignIn',
    variables: { input },
  });
  if (payload.accessToken) return payload.accessToken;
  throw new Error(`a demo account is required; signing in as ${account} gave ${JSON.stringify(payload)}`);
}
