import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Finding } from '../finding.ts';
import { cdnKeyHeader } from '../kubernetes/own-schemas.ts';
import { type HclFile, terraformFolder } from './hcl.ts';

/** An expression as the parser gives it. */
const expression = (text: string): string => `\${${text}}`;

const isClosed = {
  block_public_acls: true,
  block_public_policy: true,
  ignore_public_acls: true,
  restrict_public_buckets: true,
};
const isBehindFirewall = {
  web_acl_id: expression('aws_wafv2_web_acl.edge.arn'),
  'viewer_certificate.minimum_protocol_version': 'TLSv1.3_2025',
};

/**
 * Attributes of aws/ that were decided elsewhere: in the plan, or because clients and backups depend on them. No provider checks them here, and a change of
 * one has to be meant. By resource, attribute and expression.
 */
const decisions: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'aws_route53_health_check.zone': {
    resource_path: '/health',
    request_interval: expression('module.plan.routing.check.interval'),
    failure_threshold: expression('module.plan.routing.check.failures'),
  },
  'aws_route53_record.group': {
    ttl: expression('module.plan.routing.check.ttl'),
    'weighted_routing_policy.weight': expression('each.value.weight'),
  },
  'aws_route53_record.nearest': { 'alias.evaluate_target_health': true },
  'aws_cloudfront_distribution.graph': {
    ...isBehindFirewall,
    'default_cache_behavior.cache_policy_id': expression('data.aws_cloudfront_cache_policy.nothing.id'),
    'default_cache_behavior.viewer_protocol_policy': 'https-only',
    'origin.custom_origin_config.origin_protocol_policy': 'https-only',
    'origin.custom_header.name': cdnKeyHeader,
  },
  'aws_cloudfront_distribution.app': isBehindFirewall,
  'data.aws_cloudfront_cache_policy.nothing': { name: 'Managed-CachingDisabled' },
  'locals.balancer': { 'nlb-target-type': 'ip', 'target-group-attributes': 'preserve_client_ip.enabled=false' },
  'aws_s3_bucket_public_access_block.app': isClosed,
  'aws_s3_bucket_public_access_block.backups': isClosed,
  'aws_s3_bucket_versioning.backups': { 'versioning_configuration.status': 'Enabled' },
  'aws_s3_bucket_server_side_encryption_configuration.backups': {
    'rule.apply_server_side_encryption_by_default.sse_algorithm': 'aws:kms',
    'rule.apply_server_side_encryption_by_default.kms_master_key_id': expression('aws_kms_key.region[each.key].arn'),
  },
  'aws_eks_cluster.region': { 'vpc_config.public_access_cidrs': expression('var.operator_networks') },
};

/** One line for each decision that aws/ does not keep. */
export function checkDecisions(files: readonly HclFile[]): readonly Finding[] {
  const inside = files.filter(({ path }) => path.startsWith(`${terraformFolder}/aws/`));
  return Object.entries(decisions).flatMap(([address, attributes]) => {
    const [file, block] = findBlock(inside, address.split('.'));
    return Object.entries(attributes).flatMap(([attribute, expected]) => {
      const actual = valueAt(block, attribute.split('.'));
      if (isDeepStrictEqual(actual, expected)) return [];
      const says = `${attribute} must be ${JSON.stringify(expected)}. It is ${JSON.stringify(actual) ?? 'missing'}.`;
      return [{ file, at: address, says }];
    });
  });
}

function findBlock(files: readonly HclFile[], [first = '', ...rest]: readonly string[]): readonly [string, unknown] {
  const path = first === 'data' || first === 'locals' ? [first, ...rest] : ['resource', first, ...rest];
  for (const file of files) {
    const block = valueAt(file.blocks, path);
    if (block !== undefined) return [file.path, block];
  }
  return [`${terraformFolder}/aws`, undefined];
}

const withKeys = z.record(z.string(), z.unknown());

/** The value at a path. The parser gives every block as a list. */
function valueAt(value: unknown, [key, ...rest]: readonly string[]): unknown {
  const one: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (key === undefined) return one;
  return valueAt(withKeys.safeParse(one).data?.[key], rest);
}
