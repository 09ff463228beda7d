import { describe, expect, test } from '@jest/globals';
import { readGatewayConfig } from '../read-config.ts';

describe('configuration of the gateway', () => {
  test('by default it serves the freight graph on this machine only', () => {
    const config = readGatewayConfig([], {});
    expect(config).toMatchObject({ host: '127.0.0.1', port: 4000, engine: 'freight', access: { kind: 'freight' } });
    expect(config.supergraphFile).toMatch(/schema\/supergraph\.graphql$/);
  });

  test('with --supergraph it serves that supergraph without accounts', () => {
    const config = readGatewayConfig(
      ['--supergraph', '/tmp/other.graphql', '--forward-header', 'X-Tenant', '--forward-header', 'authorization'],
      {},
    );
    expect(config).toMatchObject({
      supergraphFile: '/tmp/other.graphql',
      access: { kind: 'open' },
      forwardHeaders: ['x-tenant', 'authorization'],
    });
  });

  test('the cost of operations is limited in the freight graph, and in others if it is set', () => {
    const other = ['--supergraph', '/tmp/other.graphql'];
    expect(readGatewayConfig([], {}).maxQueryCost).toBe(5_000);
    expect(readGatewayConfig(other, {}).maxQueryCost).toBeUndefined();
    expect(readGatewayConfig(other, { MAX_QUERY_COST: '800' }).maxQueryCost).toBe(800);
  });

  test('a flag wins over its variable', () => {
    expect(readGatewayConfig(['--port', '5000', '--engine', 'apollo'], { PORT: '6000' })).toMatchObject({
      port: 5000,
      engine: 'apollo',
    });
  });

  test('a deployment sets the addresses of its subgraphs', () => {
    const { subgraphUrls } = readGatewayConfig([], { SUBGRAPH_URL_FLEET: 'http://fleet:4003/graphql' });
    expect(subgraphUrls).toEqual({ fleet: 'http://fleet:4003/graphql' });
  });

  test('SUBGRAPH_BASE_PORT moves the subgraphs of the freight graph, except those with a SUBGRAPH_URL', () => {
    const environment = { SUBGRAPH_BASE_PORT: '5001', SUBGRAPH_URL_RISK: 'http://risk/graphql' };
    expect(readGatewayConfig([], environment).subgraphUrls).toMatchObject({
      access: 'http://127.0.0.1:5001/graphql',
      fleet: 'http://127.0.0.1:5003/graphql',
      risk: 'http://risk/graphql',
    });
    expect(readGatewayConfig(['--supergraph', '/tmp/other.graphql'], environment).subgraphUrls).toEqual({
      risk: 'http://risk/graphql',
    });
  });

  test('demo accounts are for this machine only, unless DEMO_ACCOUNTS=public', () => {
    const everywhere = { HOST: '0.0.0.0' };
    for (const host of ['0.0.0.0', '::', '10.1.2.3', 'freight.example', '127.evil.example']) {
      expect(() => readGatewayConfig(['--host', host], {})).toThrow(
        `HOST: use an address that only this machine reaches, such as 127.0.0.1, instead of ${host}: demo accounts exist, and their password is public.`,
      );
    }
    for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) readGatewayConfig(['--host', host], {});
    expect(readGatewayConfig([], { ...everywhere, DEMO_ACCOUNTS: 'public' }).demoAccounts).toBe('public');
    expect(readGatewayConfig([], { ...everywhere, NODE_ENV: 'production' }).demoAccounts).toBe('none');
    expect(readGatewayConfig(['--supergraph', '/tmp/other.graphql'], everywhere).demoAccounts).toBe('none');
  });

  test('pages of this machine may send requests in development, only the listed ones in production', () => {
    expect(readGatewayConfig([], {}).corsOrigins).toHaveLength(1);
    expect(readGatewayConfig([], { NODE_ENV: 'production' }).corsOrigins).toEqual([]);
    expect(readGatewayConfig([], { CORS_ORIGINS: 'https://a.example, https://b.example' }).corsOrigins).toEqual([
      'https://a.example',
      'https://b.example',
    ]);
  });

  test.each([
    [{ PORT: 'many' }, /^PORT: .*; it is "many"$/],
    [{ PORT: '70000' }, /^PORT: /],
    [{ MAX_DEPTH: '0' }, /^MAX_DEPTH: /],
    [{ INTROSPECTION: 'perhaps' }, /^INTROSPECTION: /],
    [{ CORS_ORIGINS: 'a.example' }, /^CORS_ORIGINS: /],
    [{ SUBGRAPH_URL_FLEET: 'fleet' }, /^SUBGRAPH_URL_FLEET: .*; it is "fleet"$/],
    [{ PORT: 'x', MAX_TOKENS: 'y' }, /^PORT: .*\nMAX_TOKENS: .*$/],
  ])('%j is refused with the name of the variable', (environment, message) => {
    expect(() => readGatewayConfig([], environment)).toThrow(message);
  });

  test.each([[['--prot', '4000']], [['--port']], [['somefile.graphql']], [['--engine', 'warp']]])(
    'flags %j are refused',
    (flags) => {
      expect(() => readGatewayConfig(flags, {})).toThrow(expect.objectContaining({ name: 'ConfigurationError' }));
    },
  );
});
