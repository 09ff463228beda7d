import { describe } from '@jest/globals';
import { testChanges } from './changed-project.ts';

/** Faults of the proxy and of Redis, each as one change of the real files and what the operator then reads. */
const haproxy = 'infra/haproxy/haproxy.cfg';

describe('the edge and Redis', () => {
  testChanges(haproxy, [
    [
      'an old version of TLS',
      'ssl-min-ver TLSv1.3',
      'ssl-min-ver TLSv1.0',
      `${haproxy} ssl-min-ver: use TLSv1.3 instead of TLSv1.0`,
    ],
    [
      'plain HTTP',
      /^ {2}http-request redirect code 308.*\n/gm,
      '',
      `${haproxy} plain: every request must be redirected to HTTPS, with 308`,
    ],
    [
      'browsers that come back without TLS',
      / {2}http-response set-header strict.*\n/,
      '',
      `${haproxy} clients: strict-transport-security of a year is required`,
    ],
    [
      'clients that speak for proxies',
      '  http-request del-header x-forwarded-for\n',
      '',
      `${haproxy} clients: del-header x-forwarded-for is required: clients could name other addresses`,
    ],
    [
      'a path that gateways do not serve',
      'GET /health/ready',
      'GET /health/redy',
      `${haproxy} gateways: option httpchk: a gateway serves no /health/redy`,
    ],
    [
      'a gateway without requests',
      '  server gateway-2 gateway-2:4000\n',
      '',
      `${haproxy} gateways: the server gateway-2 is missing`,
    ],
  ]);
  testChanges('infra/redis/redis.conf', [
    [
      'streams that a restart loses',
      'appendonly yes',
      'appendonly no',
      'infra/redis/redis.conf appendonly: use yes instead of no',
    ],
    [
      'more memory than the container has',
      'maxmemory 384mb',
      'maxmemory 8000mb',
      'infra/redis/redis.conf maxmemory: use at most 80 % of the 512 MB of its container instead of 8000 MB',
    ],
  ]);
});
