import { expect, test } from '@jest/globals';
import { findSecrets } from '../secrets/find-secrets.ts';
import { secretsOf } from '../secrets/secrets-of.ts';

const secret = 'correct-horse+battery/staple';
const bytes = Buffer.from(secret);

test.each([
  ['plain', `before ${secret} after`],
  ['URL', `?password=${encodeURIComponent(secret)}`],
  ['hex', bytes.toString('hex').toUpperCase()],
  ['base64', `Basic ${btoa(`somebody:${secret}`)}`],
  ['base64', `Basic ${btoa(`some:${secret}\n`)}`],
  ['base64', btoa(`me:${secret}?`)],
  ['base64url', Buffer.from(`??>${secret}`).toString('base64url').replaceAll('+', '-')],
])('a secret is found as %s in %s', (_form, output) => {
  expect(findSecrets({ password: secret }, { log: output })).toEqual([expect.stringMatching(/^log: password \(/)]);
});

test('a part of a secret and another text are no secret, and the name of the place is told', () => {
  const outputs = { log: secret.slice(1), metrics: 'up 1', response: `{"message":"${secret}"}` };
  expect(findSecrets({ password: secret }, outputs)).toEqual(['response: password (plain)']);
});

test('the secrets of docker-compose.yml are the passwords, the private halves of keys and the texts without ids', () => {
  const environment = {
    SERVER_NAME: 'proxy',
    POSTGRES_PASSWORD: 'p'.repeat(16),
    ACCESS_DATABASE_URL: 'postgres://freight_access:hunter2hunter2@postgres:5432/freight',
    ACCESS_SIGNING_KEY: '{"kty":"OKP","x":"public","d":"private"}',
    ACCESS_PUBLIC_KEYS: '{"keys":[{"x":"public"}]}',
    API_KEY_SECRET: 'a1b2c3d4:0123456789abcdef',
  };
  expect(secretsOf(environment)).toEqual({
    POSTGRES_PASSWORD: 'p'.repeat(16),
    ACCESS_DATABASE_URL: 'hunter2hunter2',
    ACCESS_SIGNING_KEY: 'private',
    API_KEY_SECRET: '0123456789abcdef',
  });
});
