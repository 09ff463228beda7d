# Latency leads to a group of weighted records, and the group to the load balancers of a healthy region. Fixed addresses make it possible to
# check a region under the name of the graph, which is the only one that its edge answers.

data "aws_route53_zone" "public" {
  name = var.domain
}

resource "aws_eip" "entrance" {
  for_each = local.region_zones
  region   = each.value.region
  domain   = "vpc"
  tags     = { Name = "entrance-${each.key}" }
}

# Route 53 checks HTTPS up to TLS 1.2 only, and the edge requires 1.3. /health is the one path that the edge serves without TLS.
resource "aws_route53_health_check" "zone" {
  for_each          = local.region_zones
  ip_address        = aws_eip.entrance[each.key].public_ip
  fqdn              = "graph.${var.domain}"
  type              = "HTTP"
  port              = 80
  resource_path     = "/health"
  request_interval  = module.plan.routing.check.interval
  failure_threshold = module.plan.routing.check.failures
  tags              = { Name = "entrance-${each.key}" }
}

# A region is healthy while one of its zones is.
resource "aws_route53_health_check" "region" {
  for_each               = local.regions
  type                   = "CALCULATED"
  child_health_threshold = 1
  child_healthchecks     = [for zone in local.zones : aws_route53_health_check.zone["${each.key}-${zone}"].id]
  tags                   = { Name = each.value.entrance }
}

resource "aws_route53_record" "group" {
  for_each        = module.plan.routing.records
  zone_id         = data.aws_route53_zone.public.zone_id
  name            = local.regions[each.value.group].entrance
  type            = "A"
  ttl             = module.plan.routing.check.ttl
  records         = [for zone in local.zones : aws_eip.entrance["${each.value.target}-${zone}"].public_ip]
  set_identifier  = each.value.target
  health_check_id = aws_route53_health_check.region[each.value.target].id

  weighted_routing_policy {
    weight = each.value.weight
  }
}

resource "aws_route53_record" "nearest" {
  for_each       = { for region, one in local.regions : region => one if one.active }
  zone_id        = data.aws_route53_zone.public.zone_id
  name           = "entrance.${var.domain}"
  type           = "A"
  set_identifier = each.key

  latency_routing_policy {
    region = each.key
  }

  # When neither the region nor its stand-in is healthy, the next region answers.
  alias {
    zone_id                = data.aws_route53_zone.public.zone_id
    name                   = each.value.entrance
    evaluate_target_health = true
  }

  depends_on = [aws_route53_record.group]
}

# Only the CDN and the health checks reach an entrance. One group for each: the list of the CDN alone counts as 55 of the 60 rules of a group.
locals {
  entrance_sources = {
    cdn    = { port = 443, list = "com.amazonaws.global.cloudfront.origin-facing" }
    checks = { port = 80, list = "com.amazonaws.REGION.route53-healthchecks" }
  }
  entrance_groups = {
    for pair in setproduct(keys(local.regions), keys(local.entrance_sources)) : "${pair[0]}-${pair[1]}" => { region = pair[0], source = pair[1] }
  }

  # The load balancer does not keep the addresses of the CDN: Envoy sees a private one, which gateways trust
  # (docs/decisions/0038-client-addresses.md).
  balancer = {
    type                    = "external"
    scheme                  = "internet-facing"
    nlb-target-type         = "ip"
    target-group-attributes = "preserve_client_ip.enabled=false"
  }
}

data "aws_ec2_managed_prefix_list" "source" {
  for_each = local.entrance_groups
  region   = each.value.region
  name     = replace(local.entrance_sources[each.value.source].list, "REGION", each.value.region)
}

resource "aws_security_group" "entrance" {
  for_each    = local.entrance_groups
  region      = each.value.region
  name        = "freight-entrance-${each.value.source}"
  description = "Who reaches the load balancer: ${each.value.source}."
  vpc_id      = aws_vpc.region[each.value.region].id

  ingress {
    from_port       = local.entrance_sources[each.value.source].port
    to_port         = local.entrance_sources[each.value.source].port
    protocol        = "tcp"
    prefix_list_ids = [data.aws_ec2_managed_prefix_list.source[each.key].id]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = [local.regions[each.value.region].network]
  }
}

# Annotations for the Service of Envoy Gateway, so that its load balancer has these addresses (README.md).
output "entrance_annotations" {
  value = {
    for region in keys(local.regions) : region => {
      for name, value in merge(local.balancer, {
        eip-allocations = join(",", [for zone in local.zones : aws_eip.entrance["${region}-${zone}"].allocation_id])
        subnets         = join(",", [for zone in local.zones : aws_subnet.public["${region}-${zone}"].id])
        security-groups = join(",", [for source in keys(local.entrance_sources) : aws_security_group.entrance["${region}-${source}"].id])
      }) : "service.beta.kubernetes.io/aws-load-balancer-${name}" => value
    }
  }
}
