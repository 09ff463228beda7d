import { expect, test } from '@jest/globals';
import fastify from 'fastify';
import { sendParts } from '../edges/http/send-parts.ts';
import { ExtendedBody, joinParts, ResponseBody } from '../pipeline/response-body.ts';

const text = JSON.stringify({ data: { text: 'é'.repeat(20_000) } });

function bodiesOf(readers: number): ExtendedBody[] {
  const body = new ResponseBody(text);
  body.setReaders(readers);
  return Array.from({ length: readers }, (_, reader) => new ExtendedBody(body, JSON.stringify({ reader })));
}

test('readers of one large response share its bytes', () => {
  const [one, other] = bodiesOf(2).map((body) => body.readParts());
  expect(one?.hasReaders).toBe(true);
  expect(one?.shared).toBe(other?.shared);
  expect(bodiesOf(1)[0]?.readParts().hasReaders).toBe(false);
});

test.each([1, 3])('each of %d readers gets the whole response with its own extensions', async (readers) => {
  const bodies = bodiesOf(readers);
  const app = fastify();
  app.get('/:reader', (request, reply) => {
    const { reader } = request.params as { reader: string };
    return sendParts(reply.type('application/json'), bodies[Number(reader)]!.readParts());
  });
  try {
    for (let reader = 0; reader < readers; reader++) {
      const response = await app.inject(`/${reader}`);
      expect(response.headers['content-length']).toBe(String(Buffer.byteLength(response.body)));
      expect(response.json()).toEqual({ ...JSON.parse(text), extensions: { reader } });
    }
  } finally {
    await app.close();
  }
});

test('parts together are the body', () => {
  const [one, other] = bodiesOf(2);
  expect(String(joinParts(one!.readParts()))).toBe(String(other!.read()).replace('"reader":1', '"reader":0'));
});
