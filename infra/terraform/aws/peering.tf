# Databases replicate between regions, and subgraphs of followers write to the primary region.

locals {
  # Both directions of each connection, for each zone.
  peer_routes = merge([
    for name, pair in module.plan.pairs : merge([
      for zone in local.zones : {
        "${name}-there-${zone}" = { pair = name, region = pair.from, to = pair.to, zone = zone }
        "${name}-back-${zone}"  = { pair = name, region = pair.to, to = pair.from, zone = zone }
      }
    ]...)
  ]...)
}

resource "aws_vpc_peering_connection" "pair" {
  for_each    = module.plan.pairs
  region      = each.value.from
  vpc_id      = aws_vpc.region[each.value.from].id
  peer_vpc_id = aws_vpc.region[each.value.to].id
  peer_region = each.value.to
  tags        = { Name = each.key }
}

resource "aws_vpc_peering_connection_accepter" "pair" {
  for_each                  = module.plan.pairs
  region                    = each.value.to
  vpc_peering_connection_id = aws_vpc_peering_connection.pair[each.key].id
  auto_accept               = true
}

resource "aws_route" "peer" {
  for_each                  = local.peer_routes
  region                    = each.value.region
  route_table_id            = aws_route_table.private["${each.value.region}-${each.value.zone}"].id
  destination_cidr_block    = local.regions[each.value.to].network
  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.pair[each.value.pair].id
}

# Names such as postgres.us-east-1.infamous-freight.internal. The cluster of a region writes its records (README.md).
resource "aws_route53_zone" "private" {
  name = module.plan.private_zone

  dynamic "vpc" {
    for_each = local.regions
    content {
      vpc_id     = aws_vpc.region[vpc.key].id
      vpc_region = vpc.key
    }
  }
}
