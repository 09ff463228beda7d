import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { describeFinding } from '../check-deploy/finding.ts';
import { comparePlan } from '../check-deploy/terraform/compare.ts';
import { findHclFaults } from '../check-deploy/terraform/find-terraform-faults.ts';
import { nodesFor } from '../check-deploy/terraform/sizes.ts';
import { reasonIn } from '../check-deploy/terraform/terraform.ts';

const project = join(import.meta.dirname, '../..');

test('the files of Terraform can be parsed, and refer only to what they declare', async () => {
  expect((await findHclFaults(project)).map(describeFinding)).toEqual([]);
});

test('a failed run of Terraform is told by its errors, without the warnings before them', () => {
  const output = `╷
│ Warning: Provider development overrides are in effect
│
│ The behavior may not match.
╵
╷
│ Error: Invalid reference
│
│   on main.tf line 3:
╵`;
  expect(reasonIn(output)).toBe('Error: Invalid reference / on main.tf line 3:');
  expect(reasonIn('--- old/main.tf')).toBe('--- old/main.tf');
});

describe('an operator who changes a file of Terraform is told', () => {
  let copy: string;
  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'freight-terraform-'));
    cpSync(join(project, 'infra/terraform'), join(copy, 'infra/terraform'), { recursive: true });
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  test.each([
    [
      'a missing brace',
      'plan/cdn/main.tf',
      'variable "days" {',
      'variable "days"',
      /syntax: .*Invalid block definition/,
    ],
    [
      'an unknown variable',
      'aws/clusters.tf',
      'var.kubernetes_version',
      'var.version',
      /nothing declares var\.version$/,
    ],
    ['an unknown resource', 'aws/network.tf', 'aws_eip.nat[', 'aws_eip.gate[', /nothing declares aws_eip\.gate$/],
    [
      'an unknown output',
      'aws/clusters.tf',
      'module.plan.nodes.type',
      'module.plan.node.type',
      /declares module\.plan\.node$/,
    ],
    [
      'an unknown name in a text',
      'aws/cdn.tf',
      '.domain}"\n    connection_attempts',
      '.zone}"\n    connection_attempts',
      /declares var\.zone$/,
    ],
    [
      'a time of its own instead of that of the plan',
      'aws/routing.tf',
      'ttl             = module.plan.routing.check.ttl',
      'ttl             = 3600',
      /aws_route53_record\.group.*ttl must be .*routing\.check\.ttl\}"\. It is 3600\.$/,
    ],
    [
      'an API that the CDN caches',
      'aws/cdn.tf',
      'Managed-CachingDisabled',
      'Managed-CachingOptimized',
      /name must be "Managed-CachingDisabled"/,
    ],
    [
      'a name without firewall',
      'aws/cdn.tf',
      '  web_acl_id      = aws_wafv2_web_acl.edge.arn\n',
      '',
      /aws_cloudfront_distribution\.graph.*web_acl_id must be .* It is missing\.$/,
    ],
    [
      'a load balancer that shows the edge the address of the CDN',
      'aws/routing.tf',
      'preserve_client_ip.enabled=false',
      'preserve_client_ip.enabled=true',
      /locals\.balancer.*target-group-attributes must be "preserve_client_ip\.enabled=false"/,
    ],
    [
      'a CDN that sends its key in another header',
      'aws/cdn.tf',
      '"x-cdn-key"',
      '"x-key"',
      /origin\.custom_header\.name must be "x-cdn-key"\. It is "x-key"\.$/,
    ],
    [
      'backups that the public may read',
      'aws/backups.tf',
      'block_public_policy     = true',
      'block_public_policy     = false',
      /aws_s3_bucket_public_access_block\.backups.*block_public_policy must be true\. It is false\.$/,
    ],
  ])('%s', async (_, name, before, after, finding) => {
    const path = `infra/terraform/${name}`;
    const text = readFileSync(join(project, path), 'utf8');
    expect(text).toContain(before);
    writeFileSync(join(copy, path), text.replace(before, after));
    const [found, ...more] = (await findHclFaults(copy)).map(describeFinding);
    writeFileSync(join(copy, path), text);
    expect([more, found]).toEqual([[], expect.stringMatching(finding)]);
  });
});

test('a cluster has nodes for what its pods request, and one in each zone at least', () => {
  const node = { cpu: 5, memory: 40, system_cpu: 1, system_memory: 4 };
  const gateway = { name: 'gateway', cpu: 0.5, memory: 1, podsMin: 3, podsMost: 20 };
  const postgres = { name: 'postgres', cpu: 4, memory: 32, podsMin: 3, podsMost: 3 };
  // 3 × 0.5 + 3 × 4 = 13.5 cores at the least, 22 at the most; a node has 4 for pods.
  expect(nodesFor([gateway, postgres], node, 3)).toEqual({ min: 4, most: 6 });
  expect(nodesFor([gateway], node, 3)).toEqual({ min: 3, most: 3 });
  // 5 × 30 GiB; a node has 36 for pods.
  expect(nodesFor([{ name: 'cache', cpu: 0.1, memory: 30, podsMin: 5, podsMost: 5 }], node, 3)).toEqual({
    min: 5,
    most: 5,
  });
});

test('the plan is compared with the overlay of each region', () => {
  const edges = { outside: { regions: { regions: { 'us-east-1': '10.1.0.0/16' } } }, edges: [] };
  const overlay = {
    folder: 'k8s/overlays/us-east-1',
    objects: [
      {
        apiVersion: 'postgresql.cnpg.io/v1',
        kind: 'Cluster',
        metadata: { name: 'postgres' },
        spec: {
          instances: 3,
          storage: { size: '1Gi' },
          replica: { primary: 'us-east-1', source: 'us-east-1' },
          resources: { requests: { cpu: '4', memory: '32Gi' } },
        },
      },
      {
        apiVersion: 'barmancloud.cnpg.io/v1',
        kind: 'ObjectStore',
        metadata: { name: 'backups' },
        spec: { configuration: { destinationPath: 's3://backups-us-east-1/' } },
      },
    ],
  };
  const node = { cpu: 8, memory: 64, system_cpu: 1, system_memory: 4 };
  const region = { network: '10.1.0.0/16', backups_bucket: 'backups-us-east-1', database: 'postgres', primary: true };
  const findings = (regions: Record<string, typeof region>, most = 3) =>
    comparePlan({ regions, nodes: { type: 'large', min: 3, most } }, [overlay], edges, node, 3).map(({ says }) => says);

  expect(findings({ 'us-east-1': region })).toEqual([]);
  expect(findings({ 'us-east-1': { ...region, network: '10.2.0.0/16' } })).toEqual([
    'k8s/edges.yaml gives us-east-1 the network 10.1.0.0/16; got 10.2.0.0/16',
  ]);
  expect(findings({ 'us-east-2': region })).toEqual(['the regions are us-east-1; got us-east-2']);
  expect(findings({ 'us-east-1': { ...region, primary: false, backups_bucket: 'backups' } }, 9)).toEqual([
    'us-east-1 is the primary region of k8s/overlays/us-east-1',
    'k8s/overlays/us-east-1 stores backups in backups-us-east-1; got backups',
    'the pods of k8s/overlays/us-east-1 need 3 to 3 nodes; got 3 to 9',
  ]);
});
