import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { readGivenServer } from '../runtime/given-url.ts';
import { freePort } from '../runtime/ports.ts';

describe('a server that an option names', () => {
  const server = createServer(({ url }, response) => {
    response.statusCode = url === '/missing' ? 404 : 200;
    response.end(url === '/page' ? '<html>' : '{"data":"3"}');
  });
  let address: string;
  beforeAll(async () => {
    const port = await freePort();
    await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
    address = `http://127.0.0.1:${port}`;
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const read = (path: string, shape: z.ZodType, at = address) =>
    readGivenServer({ option: '--prometheus', address: at }, { path, timeoutMs: 5_000 }, shape);

  test('is read in the form that the command needs', async () => {
    expect(await read('/figures', z.object({ data: z.string() }))).toEqual({ data: '3' });
  });

  test.each([
    ['has no URL', () => read('/', z.string(), 'nope'), '--prometheus needs a URL such as'],
    ['does not run', () => read('/', z.string(), 'http://127.0.0.1:1'), 'does not respond'],
    ['refuses', () => read('/missing', z.string()), '/missing responds 404 ({"data":"3"}).'],
    ['responds with a page', () => read('/page', z.string()), '/page responds with something else than JSON.'],
    [
      'is another program',
      () => read('/x', z.object({ data: z.number() })),
      '/x responds in another form: data: use a number',
    ],
  ])('that %s is refused in one line', async (_case, run, says) => {
    await expect(run()).rejects.toMatchObject({ name: 'ConfigurationError', message: expect.stringContaining(says) });
    await expect(run()).rejects.toMatchObject({ message: expect.stringMatching(/^--prometheus[^\n]*$/) });
  });
});
